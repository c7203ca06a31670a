// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

/**
 * The end of a run.
 *
 * @param code exit code of the process
 * @param reason one line for the user, or null when all is right
 */
record Exit(int code, String reason) {
  static final Exit RIGHT = new Exit(0, null);

  static Exit failed(String reason) {
    return new Exit(1, reason);
  }

  static Exit badInput(String reason) {
    return new Exit(2, reason);
  }
}
