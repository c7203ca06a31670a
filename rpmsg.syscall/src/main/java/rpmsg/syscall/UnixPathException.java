// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;

/**
 * A path at which there can be no socket of ours. The message is one line: what, and what to do.
 */
public final class UnixPathException extends IOException {

  private static final long serialVersionUID = 1L;

  UnixPathException(String message) {
    super(message);
  }
}
