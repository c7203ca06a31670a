// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;

/** Something else is where a device was expected. The message is one line that says what. */
public final class NotTheDeviceException extends IOException {

  private static final long serialVersionUID = 1L;

  NotTheDeviceException(String message) {
    super(message);
  }
}
