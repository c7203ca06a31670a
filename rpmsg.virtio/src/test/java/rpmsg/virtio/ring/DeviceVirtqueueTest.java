// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.ring.DeviceVirtqueue.NONE;

import org.junit.jupiter.api.Test;

class DeviceVirtqueueTest {

  private final VirtqueueConfig config = Rings.of4();
  private final RawRing raw = Rings.raw4(config);
  private final DeviceVirtqueue device = config.device();

  @Test
  void descriptorIsReadOnceWhenItIsTaken() {
    raw.desc(2, 0x8000_0000_0000_0001L, 0xFFFF_FFFF, 0xFFFF);
    offer(2);
    assertEquals(2, device.nextAvail());
    raw.desc(2, 0, 0, 0);
    assertEquals(0x8000_0000_0000_0001L, device.address());
    assertEquals(0xFFFF_FFFF, device.length());
    assertEquals(0xFFFF, device.flags());
    assertEquals(1, device.inHand());
  }

  @Test
  void chainedAndIndirectHeadsAreReportedByTheirFlags() {
    raw.desc(0, 0x1000, 16, VringFlags.DESC_NEXT);
    raw.desc(1, 0x2000, 32, VringFlags.DESC_INDIRECT | VringFlags.DESC_WRITE);
    offer(0, 1);
    assertEquals(0, device.nextAvail());
    assertEquals(VringFlags.DESC_NEXT, device.flags());
    assertEquals(1, device.nextAvail());
    assertEquals(VringFlags.DESC_INDIRECT | VringFlags.DESC_WRITE, device.flags());
  }

  @Test
  void hasAvailChangesNothing() {
    assertFalse(device.hasAvail());
    offer(0, 1);
    assertTrue(device.hasAvail());
    assertTrue(device.hasAvail());
    assertEquals(0, device.nextAvail());
    raw.availIndex(1);
    assertTrue(device.hasAvail());
    raw.availIndex(2);
    assertEquals(1, device.nextAvail());
    assertFalse(device.hasAvail());
    assertEquals(NONE, device.nextAvail());
  }

  @Test
  void allThatArrivedIsCountedAlsoWhileSomeIsLeft() {
    assertEquals(0, device.arrived());
    offer(0, 1);
    assertEquals(2, device.arrived());
    assertEquals(0, device.nextAvail());
    assertEquals(1, device.arrived());
    raw.availEntry(2, 2);
    raw.availIndex(3);
    assertEquals(2, device.arrived());
    assertEquals(1, device.nextAvail());
    assertEquals(2, device.nextAvail());
    assertEquals(0, device.arrived());
  }

  @Test
  void anIndexThatJumpsBreaksTheQueueAtALookToo() {
    raw.availIndex(5);
    assertThrows(VirtqueueException.class, device::arrived);
    assertEquals(RingFault.INDEX_JUMP, device.fault());
    assertEquals(0, device.arrived());
  }

  @Test
  void whatIsExpectedIsWhatCameFromThereTheTimeBefore() {
    assertEquals(NONE, device.expected());
    offer(3, 1, 0, 2);
    for (int id : new int[] {3, 1, 0, 2}) {
      assertEquals(NONE, device.expected());
      assertEquals(id, device.nextAvail());
    }
    assertEquals(3, device.expected());
    device.addUsed(3, 0);
    raw.availIndex(5);
    assertEquals(3, device.nextAvail());
    assertEquals(1, device.expected());
  }

  @Test
  void anElementThatIsStoredInAdvanceIsNotVisibleAndIsStoredAgain() {
    offer(2, 1);
    device.nextAvail();
    device.nextAvail();
    device.prepareUsed(2, 77);
    assertEquals(2, raw.usedId(0));
    assertEquals(77, raw.usedLength(0));
    assertFalse(device.publishUsed());
    assertEquals(0, raw.usedIndex());
    device.addUsed(1, 5);
    assertTrue(device.publishUsed());
    assertEquals(1, raw.usedId(0));
    assertEquals(5, raw.usedLength(0));
    assertEquals(1, raw.usedIndex());
  }

  @Test
  void whatIsAddedBecomesVisibleByPublishOnly() {
    offer(0, 1, 2);
    takeAll();
    device.addUsed(2, 512);
    device.addUsed(0, 20);
    assertEquals(0, raw.usedIndex());
    assertTrue(device.publishUsed());
    assertEquals(2, raw.usedIndex());
    assertEquals(2, device.usedIndex());
    assertEquals(2, raw.usedId(0));
    assertEquals(512, raw.usedLength(0));
    assertEquals(0, raw.usedId(1));
    assertEquals(20, raw.usedLength(1));
    assertFalse(device.publishUsed());
    assertEquals(1, device.inHand());
  }

  @Test
  void onlyWhatIsInHandCanBeGivenBack() {
    offer(0, 1);
    takeAll();
    device.addUsed(0, 512);
    for (int id : new int[] {0, 2, 4, -1, Integer.MAX_VALUE}) {
      String message =
          assertThrows(IllegalStateException.class, () -> device.addUsed(id, 0)).getMessage();
      assertEquals("descriptor: expected one of 1 in hand, actual " + id, message);
    }
    device.publishUsed();
    assertEquals(1, raw.usedIndex());
  }

  @Test
  void whatWasTakenLastCanGoBackUntilSomethingElseIsInTheWay() {
    assertEquals(NONE, device.lastTaken());
    assertThrows(IllegalStateException.class, device::giveBackLast);
    offer(3, 1, 2);
    takeAll();
    device.addUsed(1, 512);
    assertEquals(2, device.lastTaken());
    device.giveBackLast();
    assertEquals(2, device.availIndex());
    assertEquals(NONE, device.lastTaken(), "1 was used");
    assertTrue(device.inHand(3));
    assertFalse(device.inHand(2));
    assertEquals(2, device.nextAvail());
    assertEquals(2, device.inHand());
  }

  @Test
  void aMovedQueueGoesOnWhereItWas() {
    offer(0, 1);
    assertEquals(0, device.nextAvail());
    VirtqueueConfig there = Rings.of4();
    there.desc().copyFrom(config.desc());
    there.avail().copyFrom(config.avail());
    device.move(there);
    config.avail().fill((byte) 0xFF);
    assertEquals(1, device.nextAvail());
    device.addUsed(0, 16);
    device.publishUsed();
    assertEquals(1, Rings.raw4(there).usedIndex());
    assertEquals(0, raw.usedIndex());
    assertThrows(IllegalArgumentException.class, () -> device.move(Rings.of(8, false)));
    assertThrows(IllegalArgumentException.class, () -> device.move(Rings.eventIdx4()));
  }

  @Test
  void headsThatNameNoDescriptorAreSkippedAndCounted() {
    offer(4, 0xFFFF, 1);
    assertEquals(1, device.nextAvail());
    assertEquals(2, device.badEntries());
    assertEquals(NONE, device.nextAvail());
    assertEquals(3, device.availIndex());
    assertFalse(device.broken());
  }

  @Test
  void headsThatAreInHandAreSkippedAndCounted() {
    offer(1, 1, 2, 1);
    assertEquals(1, device.nextAvail());
    assertEquals(2, device.nextAvail());
    assertEquals(NONE, device.nextAvail());
    assertEquals(2, device.badEntries());
    device.addUsed(1, 0);
    offer(1);
    assertEquals(1, device.nextAvail());
    assertEquals(2, device.badEntries());
  }

  @Test
  void badHeadsNeverCostABuffer() {
    for (int round = 0; round < 1000; round++) {
      offer(4 + round, 0x8000 | round);
      assertEquals(NONE, device.nextAvail());
      offer(0, 1, 2, 3);
      for (int id = 0; id < 4; id++) {
        assertEquals(id, device.nextAvail());
      }
      for (int id = 3; id >= 0; id--) {
        device.addUsed(id, 512);
      }
      device.publishUsed();
    }
    assertEquals(2000, device.badEntries());
    assertEquals(4000, raw.usedIndex());
    assertEquals(0, device.inHand());
    assertFalse(device.broken());
  }

  @Test
  void indexThatMovesByMoreThanNumBreaksTheQueue() {
    for (int index : new int[] {5, 1000, 0x8000, 0xFFFF}) {
      VirtqueueConfig fresh = Rings.of4();
      DeviceVirtqueue queue = fresh.device();
      Rings.raw4(fresh).availIndex(index);
      assertTrue(queue.hasAvail());
      assertBroken(queue);
    }
  }

  @Test
  void indexThatMovesByNumIsAFullRing() {
    offer(3, 2, 1, 0);
    assertEquals(3, device.nextAvail());
    assertEquals(2, device.nextAvail());
    assertEquals(1, device.nextAvail());
    assertEquals(0, device.nextAvail());
    assertEquals(4, device.inHand());
  }

  @Test
  void aDriverThatStartsAnewIsNoticed() {
    offer(0, 1);
    takeAll();
    device.addUsed(0, 512);
    assertTrue(device.usedIndexIntact());
    device.publishUsed();
    assertTrue(device.usedIndexIntact());
    config.driver();
    assertFalse(device.usedIndexIntact());
    assertBroken(device);
  }

  @Test
  void aBrokenQueueWritesNothingMoreAndTakesBuffersBack() {
    offer(0, 1);
    takeAll();
    device.addUsed(0, 512);
    raw.availIndex(100);
    assertBroken(device);
    byte[] before = Rings.bytes(config);
    device.addUsed(1, 512);
    assertEquals(0, device.inHand());
    assertFalse(device.publishUsed());
    assertFalse(device.interruptNeeded());
    device.suppressKicks();
    assertFalse(device.enableKicks());
    assertFalse(device.hasAvail());
    assertArrayEquals(before, Rings.bytes(config));
  }

  @Test
  void rpmsgLitePrefillsTheUsedRingBeforeItSends() {
    for (int sent = 0; sent < 4; sent++) {
      VirtqueueConfig lite = prefilled(sent);
      DeviceVirtqueue queue = lite.device();
      assertEquals(4, queue.usedIndex());
      assertEquals(0, queue.availIndex());
      assertTrue(queue.usedIndexIntact());
      for (int id = 0; id < sent; id++) {
        assertEquals(id, queue.nextAvail());
        queue.addUsed(id, 100 + id);
      }
      assertEquals(NONE, queue.nextAvail());
      queue.publishUsed();
      assertEquals(4 + sent, Rings.raw4(lite).usedIndex());
      for (int id = 0; id < sent; id++) {
        assertEquals(100 + id, Rings.raw4(lite).usedLength(id));
      }
    }
  }

  @Test
  void aPrefilledRingThatIsFullNeedsALinkThatKnowsItsPeer() {
    VirtqueueConfig lite = prefilled(4);
    assertEquals(NONE, lite.device().nextAvail());
    DeviceVirtqueue queue = lite.device(0);
    assertEquals(4, queue.usedIndex());
    for (int id = 0; id < 4; id++) {
      assertEquals(id, queue.nextAvail());
    }
    assertEquals(NONE, queue.nextAvail());
  }

  @Test
  void aDeviceThatComesBackGoesOnWhereTheLastOneStopped() {
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue first = config.device();
    Rings.advance(driver, first, 3);
    driver.add(0x1000, 512, 0);
    driver.add(0x2000, 512, 0);
    driver.publishAvail();
    DeviceVirtqueue second = config.device();
    assertEquals(3, second.availIndex());
    assertEquals(3, second.usedIndex());
    int id = second.nextAvail();
    assertEquals(0x1000, second.address());
    second.addUsed(id, 7);
    second.publishUsed();
    assertEquals(id, driver.nextUsed());
    assertEquals(7, driver.usedLength());
  }

  @Test
  void aDeviceThatComesBackToAnIndexAcrossTheWrap() {
    raw.usedIndex(0xFFFE);
    raw.availEntry(2, 3);
    raw.availEntry(3, 1);
    raw.availEntry(0, 0);
    raw.availIndex(1);
    DeviceVirtqueue queue = config.device();
    assertEquals(3, queue.nextAvail());
    assertEquals(1, queue.nextAvail());
    assertEquals(0, queue.nextAvail());
    assertEquals(NONE, queue.nextAvail());
    assertEquals(1, queue.availIndex());
    queue.addUsed(1, 0);
    queue.addUsed(0, 0);
    queue.addUsed(3, 0);
    queue.publishUsed();
    assertEquals(1, raw.usedIndex());
    assertNull(queue.fault());
  }

  @Test
  void toStringShowsTheShadows() {
    offer(0, 9, 1);
    takeAll();
    device.addUsed(0, 0);
    device.publishUsed();
    assertEquals(
        "DeviceVirtqueue{num=4 avail=3 used=1 inHand=1 bad=1 fault=null}", device.toString());
  }

  private static VirtqueueConfig prefilled(int sent) {
    VirtqueueConfig lite = Rings.of4();
    RawRing ring = Rings.raw4(lite);
    for (int id = 0; id < 4; id++) {
      ring.desc(id, 0x1000 + 512 * id, 512, VringFlags.DESC_WRITE);
      ring.used(id, id, 512);
      ring.availEntry(id, id < sent ? id : 0);
    }
    ring.usedIndex(4);
    ring.availIndex(sent);
    return lite;
  }

  private void offer(int... ids) {
    for (int id : ids) {
      raw.availEntry(raw.availIndex() & 3, id);
      raw.availIndex(raw.availIndex() + 1);
    }
  }

  private void takeAll() {
    while (device.nextAvail() != NONE) {
      assertTrue(device.inHand() <= 4);
    }
  }

  private static void assertBroken(DeviceVirtqueue queue) {
    VirtqueueException thrown = assertThrows(VirtqueueException.class, queue::nextAvail);
    assertEquals(RingFault.INDEX_JUMP, thrown.fault());
    assertTrue(thrown.getMessage().startsWith("INDEX_JUMP: avail.idx expected to move by at most"));
    assertTrue(queue.broken());
    assertEquals(RingFault.INDEX_JUMP, queue.fault());
    assertEquals(NONE, queue.nextAvail());
  }
}
