// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

/** Whether the system calls of this package can be made here. */
final class Platform {

  /** Why they cannot, in one line; null if they can. */
  static final String PROBLEM =
      problem(System.getProperty("os.name"), System.getProperty("os.arch"));

  private Platform() {}

  static String problem(String os, String architecture) {
    boolean known = architecture.equals("amd64") || architecture.equals("aarch64");
    if (os.equals("Linux") && known) {
      return null;
    }
    return "system calls need Linux on a 64-bit machine (x86-64 or aarch64), and this is "
        + os
        + " on "
        + architecture;
  }
}
