// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.io.IOException;

/** A refused or failed operation, with the name that Linux has for the reason. */
public class RpmsgException extends IOException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;

  /** The message that users see is {@code ERRNO: message}. */
  public RpmsgException(Errno errno, String message) {
    super(errno + ": " + message);
    this.errno = errno;
  }

  /** As above, with the cause. */
  public RpmsgException(Errno errno, String message, Throwable cause) {
    super(errno + ": " + message, cause);
    this.errno = errno;
  }

  /** Linux's name of the reason. */
  public Errno errno() {
    return errno;
  }
}
