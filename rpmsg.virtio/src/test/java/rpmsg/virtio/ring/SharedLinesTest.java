// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/**
 * How many cache lines of a ring one side stores to for a message: each of them has to change its
 * owner before the other side can read it. These are the numbers of docs/performance.md.
 */
class SharedLinesTest {
  private static final int NUM = 256;
  private static final int BATCH = 32;

  /** Where avail.idx and used.idx are in their rings. */
  private static final int INDEX = 2;

  private final VirtqueueConfig config = config();
  private final DriverVirtqueue driver = config.driver();
  private final DeviceVirtqueue device = config.device();

  private static VirtqueueConfig config() {
    VringLayout layout = VringLayout.of(NUM, 4096);
    MemorySegment memory = Arena.ofAuto().allocate(layout.size(), 4096);
    return new VirtqueueConfig(memory, 0, layout, ByteOrder.LITTLE_ENDIAN, false);
  }

  /** Every descriptor has been used, so a buffer that stays in place is described already. */
  private void exchangeAll() {
    for (int i = 0; i < NUM; i++) {
      add(i);
    }
    driver.publishAvail();
    driver.kickNeeded();
    for (int id; (id = device.nextAvail()) != DeviceVirtqueue.NONE; ) {
      device.addUsed(id, 512);
    }
    device.publishUsed();
    device.interruptNeeded();
    while (driver.nextUsed() != DriverVirtqueue.NONE) {}
  }

  private int add(int buffer) {
    return driver.add(0x10000 + 512L * buffer, 512, 0);
  }

  /** Takes the buffer out of the ring and puts it in again, as a driver does with each message. */
  private void addAgain(int count) {
    for (int i = 0; i < count; i++) {
      add(NUM - 1 - i);
    }
  }

  @Test
  void aDriverStoresToTwoLinesForOneMessage() {
    exchangeAll();
    SharedLines descriptors = SharedLines.of(config.desc());
    SharedLines avail = SharedLines.of(config.avail());
    addAgain(1);
    driver.publishAvail();
    driver.kickNeeded();
    assertEquals(0, descriptors.stored());
    assertTrue(avail.stored() <= 2, "entry and index: " + avail.stored());
  }

  @Test
  void aDriverStoresOneDescriptorMoreWhereTheMessagesLengthChanged() {
    exchangeAll();
    SharedLines descriptors = SharedLines.of(config.desc());
    driver.add(0x10000 + 512L * (NUM - 1), 100, 0);
    assertEquals(1, descriptors.stored());
  }

  @Test
  void aDriversBatchHasItsIndexStoredOnce() {
    exchangeAll();
    SharedLines avail = SharedLines.of(config.avail());
    addAgain(BATCH);
    assertTrue(avail.stored() <= 2, "32 entries of 2 bytes: " + avail.stored());
    assertFalse(avail.stored(INDEX, 2), "the index, too early");
    driver.publishAvail();
    driver.kickNeeded();
    assertTrue(avail.stored() <= 3, "and the index: " + avail.stored());
  }

  @Test
  void aDeviceStoresToTwoLinesForOneMessage() {
    exchangeAll();
    addAgain(1);
    driver.publishAvail();
    int id = device.nextAvail();
    SharedLines used = SharedLines.of(config.used());
    device.addUsed(id, 512);
    device.publishUsed();
    device.interruptNeeded();
    assertTrue(used.stored() <= 2, "element and index: " + used.stored());
  }

  @Test
  void aDevicesBatchHasItsIndexStoredOnce() {
    exchangeAll();
    addAgain(BATCH);
    driver.publishAvail();
    int[] ids = new int[BATCH];
    for (int i = 0; i < BATCH; i++) {
      ids[i] = device.nextAvail();
    }
    SharedLines used = SharedLines.of(config.used());
    for (int id : ids) {
      device.addUsed(id, 512);
    }
    assertTrue(used.stored() <= 5, "32 elements of 8 bytes: " + used.stored());
    assertFalse(used.stored(INDEX, 2), "the index, too early");
    device.publishUsed();
    device.interruptNeeded();
    assertTrue(used.stored() <= 6, "and the index: " + used.stored());
  }

  @Test
  void whoLooksStoresNothing() {
    exchangeAll();
    addAgain(BATCH);
    driver.publishAvail();
    driver.suppressInterrupts();
    device.suppressKicks();
    for (int i = 0; i < BATCH; i++) {
      device.addUsed(device.nextAvail(), 512);
    }
    device.publishUsed();
    assertDriverLooks();
    assertDeviceLooks();
  }

  /** It does not read what it stores to, so that may be overwritten for the time. */
  private void assertDriverLooks() {
    byte[] avail = config.avail().toArray(JAVA_BYTE);
    SharedLines descriptors = SharedLines.of(config.desc());
    SharedLines entries = SharedLines.of(config.avail());
    while (driver.nextUsed() != DriverVirtqueue.NONE) {}
    driver.hasUsed();
    driver.kickNeeded();
    driver.suppressInterrupts();
    assertEquals(0, descriptors.stored());
    assertEquals(0, entries.stored());
    MemorySegment.copy(avail, 0, config.avail(), JAVA_BYTE, 0, avail.length);
  }

  private void assertDeviceLooks() {
    SharedLines used = SharedLines.of(config.used());
    assertEquals(DeviceVirtqueue.NONE, device.nextAvail());
    device.hasAvail();
    device.interruptNeeded();
    device.suppressKicks();
    assertEquals(0, used.stored());
  }
}
