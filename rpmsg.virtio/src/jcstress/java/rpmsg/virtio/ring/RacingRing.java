// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** A ring of four in memory that costs little, for one race. */
final class RacingRing {
  private static final int NUM = 4;
  private static final VringLayout LAYOUT = VringLayout.of(NUM, 4);

  private RacingRing() {}

  static VirtqueueConfig make(boolean eventIdx) {
    MemorySegment memory = MemorySegment.ofArray(new long[(int) (LAYOUT.size() + 7) / 8]);
    return new VirtqueueConfig(memory, 0, LAYOUT, ByteOrder.LITTLE_ENDIAN, eventIdx);
  }

  /** Sends one buffer and takes it back, so that no flag and no event is as it was at first. */
  static void exchange(DriverVirtqueue driver, DeviceVirtqueue device) {
    driver.add(0, 1, 0);
    driver.publishAvail();
    driver.kickNeeded();
    device.addUsed(device.nextAvail(), 1);
    device.publishUsed();
    device.interruptNeeded();
    driver.nextUsed();
  }
}
