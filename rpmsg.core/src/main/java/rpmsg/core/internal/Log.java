// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

/** Where the bus says what happened; the component hands in the OSGi Log Service. */
public interface Log {
  void info(String message);

  void warn(String message, Throwable cause);
}
