// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;

/** Small rings for tests. Num 4 at align 4: the used ring starts at 80, the ring has 118 bytes. */
final class Rings {

  private Rings() {}

  static VirtqueueConfig of4() {
    return of(4, false);
  }

  static VirtqueueConfig eventIdx4() {
    return of(4, true);
  }

  static VirtqueueConfig of(int num, boolean eventIdx) {
    return of(num, ByteOrder.LITTLE_ENDIAN, eventIdx);
  }

  static VirtqueueConfig of(int num, ByteOrder order, boolean eventIdx) {
    VringLayout layout = VringLayout.of(num, 4);
    MemorySegment memory = Arena.ofAuto().allocate(layout.size(), 4096);
    return new VirtqueueConfig(memory, 0, layout, order, eventIdx);
  }

  /** All bytes from the descriptor table to the end of the used ring, 0 where no part lies. */
  static byte[] bytes(VirtqueueConfig config) {
    long start = config.desc().address();
    long end = config.used().address() + config.used().byteSize();
    MemorySegment all = MemorySegment.ofArray(new byte[(int) (end - start)]);
    for (MemorySegment part : List.of(config.desc(), config.avail(), config.used())) {
      all.asSlice(part.address() - start, part.byteSize()).copyFrom(part);
    }
    return (byte[]) all.heapBase().orElseThrow();
  }

  static RawRing raw4(VirtqueueConfig config) {
    return RawRing.of(config);
  }

  /** Sends and returns one buffer at a time until both indices stand at {@code index}. */
  static void advance(DriverVirtqueue driver, DeviceVirtqueue device, int index) {
    while (driver.usedIndex() != index) {
      driver.add(0, 512, 0);
      driver.publishAvail();
      driver.kickNeeded();
      device.addUsed(device.nextAvail(), 512);
      device.publishUsed();
      device.interruptNeeded();
      driver.nextUsed();
    }
  }
}
