// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.lang.management.ManagementFactory;

/** The heap of this process. */
final class Heap {
  private static final int COLLECTIONS = 3;

  private Heap() {}

  /** Bytes that are left after it was collected; more than once, for what is freed by then. */
  static long used() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
