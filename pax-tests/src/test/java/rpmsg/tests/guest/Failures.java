// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** Calls that have to fail. */
final class Failures {
  private Failures() {}

  /** What may fail. */
  interface Call {
    void run() throws Exception;
  }

  static Exception of(Call call) {
    try {
      call.run();
    } catch (Exception expected) {
      return expected;
    }
    throw new AssertionError("did not fail");
  }

  static void expect(Errno errno, Call call) {
    Exception failed = of(call);
    if (!(failed instanceof RpmsgException e) || e.errno() != errno) {
      throw new AssertionError("expected " + errno + " but was " + failed, failed);
    }
  }
}
