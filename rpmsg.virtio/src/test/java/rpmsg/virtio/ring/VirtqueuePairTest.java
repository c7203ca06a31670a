// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The two sides against each other on one thread. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VirtqueuePairTest {

  private static final int MESSAGES = 200_000;

  @Test
  void lx127_indicesWrapLittleEndian() {
    exchange(Rings.of(256, LITTLE_ENDIAN, false), 1);
  }

  @Test
  void lx127_indicesWrapBigEndian() {
    exchange(Rings.of(16, BIG_ENDIAN, true), 2);
  }

  @Test
  void lx127_indicesWrapInARingOfOne() {
    exchange(Rings.of(1, LITTLE_ENDIAN, false), 3);
  }

  @Test
  void lx127_indicesWrapInTheLargestRing() {
    exchange(Rings.of(32768, LITTLE_ENDIAN, true), 4);
  }

  @Test
  void lx128_aBufferMayBeHeldWhileTheIndicesWrap() {
    VirtqueueConfig config = Rings.of4();
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    int held = driver.add(0xBEEF, 512, 0);
    driver.publishAvail();
    assertEquals(held, device.nextAvail());
    for (int index = 1; index < 0x1C000; index++) {
      int id = driver.add(index, 512, 0);
      driver.publishAvail();
      assertEquals(id, device.nextAvail());
      device.addUsed(id, 512);
      device.publishUsed();
      assertEquals(id, driver.nextUsed());
    }
    device.addUsed(held, 77);
    device.publishUsed();
    assertEquals(held, driver.nextUsed());
    assertEquals(77, driver.usedLength());
    assertEquals(0, driver.outstanding());
  }

  /** Batches of any size, given back in any order; each message must pass exactly once. */
  private static void exchange(VirtqueueConfig config, long seed) {
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    int num = config.num();
    Random random = new Random(seed);
    long[] sent = new long[num];
    int[] inHand = new int[num];
    int count = 0;
    for (long next = 0, taken = 0, back = 0; back < MESSAGES; ) {
      for (int batch = random.nextInt(num) + 1; batch > 0 && driver.free() > 0; batch--) {
        int id = driver.add(next, (int) next, 0);
        sent[id] = next++;
      }
      driver.publishAvail();
      for (int id; (id = device.nextAvail()) != DeviceVirtqueue.NONE; ) {
        assertEquals(taken++, device.address());
        inHand[count++] = id;
      }
      for (int batch = random.nextInt(num) + 1; batch > 0 && count > 0; batch--) {
        int pick = random.nextInt(count);
        int id = inHand[pick];
        inHand[pick] = inHand[--count];
        device.addUsed(id, (int) sent[id] + 1);
      }
      device.publishUsed();
      for (int id; (id = driver.nextUsed()) != DriverVirtqueue.NONE; back++) {
        assertEquals((int) sent[id] + 1, driver.usedLength());
        sent[id] = -1;
      }
      assertEquals(count, device.inHand());
      assertEquals(count, driver.outstanding());
      assertEquals((int) back & 0xFFFF, driver.usedIndex());
      assertEquals((int) taken & 0xFFFF, device.availIndex());
    }
    assertEquals(0, device.badEntries());
  }
}
