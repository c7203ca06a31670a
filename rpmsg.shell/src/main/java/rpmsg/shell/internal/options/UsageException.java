// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

/** A command line that makes no sense; the message is one line that says what is wrong. */
public final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
