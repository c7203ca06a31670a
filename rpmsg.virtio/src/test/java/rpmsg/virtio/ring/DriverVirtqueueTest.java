// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.ring.DriverVirtqueue.NONE;

import java.util.Set;
import org.junit.jupiter.api.Test;

class DriverVirtqueueTest {

  private final VirtqueueConfig config = Rings.of4();
  private final DriverVirtqueue driver = config.driver();
  private final RawRing raw = Rings.raw4(config);

  @Test
  void idsAscendAtFirstAndAFullRingTakesNoMore() {
    for (int id = 0; id < 4; id++) {
      assertEquals(id, driver.add(0x1000 + id, 512, 0));
      assertEquals(3 - id, driver.free());
      assertEquals(id + 1, driver.outstanding());
    }
    assertEquals(NONE, driver.add(0, 512, 0));
    assertEquals(4, driver.outstanding());
    assertFalse(driver.broken());
  }

  @Test
  void allThatArrivedIsCountedAlsoWhileSomeIsLeft() {
    assertEquals(0, driver.arrived());
    fill();
    raw.used(0, 0, 0);
    raw.used(1, 1, 0);
    raw.usedIndex(2);
    assertEquals(2, driver.arrived());
    assertEquals(0, driver.nextUsed());
    raw.used(2, 2, 0);
    raw.usedIndex(3);
    assertEquals(2, driver.arrived());
  }

  @Test
  void anIndexThatJumpsBreaksTheQueueAtALookToo() {
    raw.usedIndex(1);
    assertThrows(VirtqueueException.class, driver::arrived);
    assertEquals(RingFault.INDEX_JUMP, driver.fault());
    assertEquals(0, driver.arrived());
  }

  @Test
  void buffersAreExpectedInTheOrderInWhichTheyWereAdded() {
    driver.add(3, 0x1000, 512, 0);
    driver.add(1, 0x2000, 512, 0);
    driver.publishAvail();
    assertEquals(3, driver.expected());
    raw.used(0, 3, 0);
    raw.usedIndex(1);
    driver.nextUsed();
    assertEquals(1, driver.expected());
  }

  @Test
  void anEntryThatIsStoredInAdvanceIsNotVisibleAndIsStoredAgain() {
    driver.prepareAvail(2);
    assertEquals(2, raw.availEntry(0));
    assertFalse(driver.publishAvail());
    assertEquals(0, raw.availIndex());
    driver.add(1, 0x1000, 512, 0);
    driver.publishAvail();
    assertEquals(1, raw.availEntry(0));
    assertEquals(1, raw.availIndex());
  }

  @Test
  void noEntryIsStoredInAdvanceWhileTheDeviceMayStillReadIt() {
    for (int id = 0; id < 4; id++) {
      driver.add(id, 0x1000, 512, 0);
    }
    driver.publishAvail();
    driver.prepareAvail(3);
    assertEquals(0, raw.availEntry(0));
  }

  @Test
  void lx128_freedDescriptorsAreTakenLastInFirstOut() {
    fill();
    raw.used(0, 2, 0);
    raw.used(1, 0, 0);
    raw.used(2, 3, 0);
    raw.usedIndex(3);
    assertEquals(2, driver.nextUsed());
    assertEquals(0, driver.nextUsed());
    assertEquals(3, driver.nextUsed());
    assertEquals(NONE, driver.nextUsed());
    assertEquals(3, driver.add(0, 512, 0));
    assertEquals(0, driver.add(0, 512, 0));
    assertEquals(2, driver.add(0, 512, 0));
    assertEquals(NONE, driver.add(0, 512, 0));
  }

  @Test
  void aChosenDescriptorIsTakenAndTheOthersAreStillGivenOutOnceEach() {
    assertTrue(driver.add(2, 0x1000, 512, 0));
    assertEquals(2, raw.availEntry(0));
    assertEquals(0x1000, raw.descAddress(2));
    assertFalse(driver.add(2, 0x1000, 512, 0));
    assertEquals(3, driver.free());
    Set<Integer> others =
        Set.of(driver.add(0, 512, 0), driver.add(0, 512, 0), driver.add(0, 512, 0));
    assertEquals(Set.of(0, 1, 3), others);
    assertEquals(NONE, driver.add(0, 512, 0));
  }

  @Test
  void buffersThatComeBackInAnyOrderCanKeepTheirDescriptors() {
    fill();
    int[] order = {2, 0, 3, 1};
    for (int slot = 0; slot < 4; slot++) {
      raw.used(slot, order[slot], 512);
    }
    raw.usedIndex(4);
    while (driver.nextUsed() != NONE) {}
    for (int id : new int[] {1, 3, 2, 0}) {
      assertTrue(driver.add(id, 0x1000 + id, 512, 0));
    }
    assertEquals(0, driver.free());
    assertEquals(0, raw.availEntry(3));
    assertFalse(driver.broken());
  }

  @Test
  void whatIsAddedBecomesVisibleByPublishOnly() {
    driver.add(0x1000, 512, VringFlags.DESC_WRITE);
    driver.add(0x2000, 512, VringFlags.DESC_WRITE);
    assertEquals(0, raw.availIndex());
    assertEquals(0, driver.availIndex());
    assertTrue(driver.publishAvail());
    assertEquals(2, raw.availIndex());
    assertEquals(2, driver.availIndex());
    assertFalse(driver.publishAvail());
  }

  @Test
  void lx086_lx087_descriptorIsWhatTheCallerSaid() {
    driver.add(0x1_0000_0010L, 16 + 5, 0);
    assertEquals(0x1_0000_0010L, raw.descAddress(0));
    assertEquals(21, raw.descLength(0));
    assertEquals(0, raw.descFlags(0));
  }

  @Test
  void descriptorIsWrittenOnlyWhereItChanges() {
    driver.add(0x1000, 512, VringFlags.DESC_WRITE);
    giveBack(0);
    raw.desc(0, 0xAAAA, 0xBBBB, 0xCCCC);
    driver.add(0x1000, 512, VringFlags.DESC_WRITE);
    assertDesc(0xAAAA, 0xBBBB, 0xCCCC);
    giveBack(0);
    driver.add(0x1000, 100, VringFlags.DESC_WRITE);
    assertDesc(0xAAAA, 100, 0xCCCC);
    giveBack(0);
    driver.add(0x2000, 100, 0);
    assertDesc(0x2000, 100, 0);
  }

  @Test
  void whatAPeerWritesIntoTheAvailRingIsNotReadBack() {
    driver.add(0x1000, 512, 0);
    driver.publishAvail();
    raw.availIndex(999);
    driver.add(0x2000, 512, 0);
    driver.publishAvail();
    assertEquals(2, raw.availIndex());
  }

  @Test
  void usedLengthIsTheElementsOwnAndUnsigned() {
    fill();
    raw.used(0, 1, 0xFFFF_FFFE);
    raw.usedIndex(1);
    driver.nextUsed();
    assertEquals(4294967294L, Integer.toUnsignedLong(driver.usedLength()));
    raw.used(0, 1, 7);
    assertEquals(0xFFFF_FFFE, driver.usedLength());
  }

  @Test
  void hasUsedChangesNothing() {
    fill();
    assertFalse(driver.hasUsed());
    raw.used(0, 0, 0);
    raw.used(1, 1, 0);
    raw.usedIndex(2);
    assertTrue(driver.hasUsed());
    assertTrue(driver.hasUsed());
    assertEquals(0, driver.nextUsed());
    raw.usedIndex(1);
    assertTrue(driver.hasUsed());
    raw.usedIndex(2);
    assertEquals(1, driver.nextUsed());
    assertFalse(driver.hasUsed());
  }

  @Test
  void lx129_idOutOfRangeBreaksTheQueue() {
    for (int id : new int[] {4, 0x10000, 0x10001, -1, Integer.MIN_VALUE}) {
      VirtqueueConfig fresh = Rings.of4();
      DriverVirtqueue queue = fresh.driver();
      queue.add(0, 512, 0);
      queue.add(0, 512, 0);
      queue.publishAvail();
      Rings.raw4(fresh).used(0, id, 0);
      Rings.raw4(fresh).usedIndex(1);
      assertBroken(queue, RingFault.ID_OUT_OF_RANGE);
    }
  }

  @Test
  void lx130_idThatWasReturnedAlreadyBreaksTheQueue() {
    fill();
    giveBack(1);
    raw.used(1, 1, 0);
    raw.usedIndex(2);
    assertBroken(driver, RingFault.ID_NOT_OUTSTANDING);
  }

  @Test
  void lx130_idThatWasNeverAddedBreaksTheQueue() {
    driver.add(0, 512, 0);
    driver.publishAvail();
    raw.used(0, 3, 0);
    raw.usedIndex(1);
    assertBroken(driver, RingFault.ID_NOT_OUTSTANDING);
  }

  @Test
  void idThatIsNotPublishedYetBreaksTheQueue() {
    driver.add(0, 512, 0);
    driver.publishAvail();
    driver.add(0, 512, 0);
    raw.used(0, 1, 0);
    raw.usedIndex(1);
    assertBroken(driver, RingFault.ID_NOT_OUTSTANDING);
  }

  @Test
  void indexThatMovesByMoreThanIsOutstandingBreaksTheQueue() {
    for (int index : new int[] {3, 1000, 0x8000, 0xFFFF}) {
      VirtqueueConfig fresh = Rings.of4();
      DriverVirtqueue queue = fresh.driver();
      queue.add(0, 512, 0);
      queue.add(0, 512, 0);
      queue.publishAvail();
      queue.add(0, 512, 0);
      Rings.raw4(fresh).usedIndex(index);
      assertTrue(queue.hasUsed());
      assertBroken(queue, RingFault.INDEX_JUMP);
    }
  }

  @Test
  void indexThatMovesBackBreaksTheQueue() {
    fill();
    giveBack(0);
    raw.usedIndex(0);
    assertBroken(driver, RingFault.INDEX_JUMP);
  }

  @Test
  void aFaultInTheMiddleOfABatchEndsTheBatch() {
    fill();
    raw.used(0, 0, 0);
    raw.used(1, 9, 0);
    raw.used(2, 2, 0);
    raw.usedIndex(3);
    assertEquals(0, driver.nextUsed());
    assertBroken(driver, RingFault.ID_OUT_OF_RANGE);
    assertEquals(3, driver.outstanding());
  }

  @Test
  void aBrokenQueueWritesNothingMore() {
    driver.add(0, 512, 0);
    driver.publishAvail();
    driver.add(0, 512, 0);
    raw.usedIndex(77);
    assertThrows(VirtqueueException.class, driver::nextUsed);
    byte[] before = Rings.bytes(config);
    assertEquals(NONE, driver.add(5, 5, 5));
    assertFalse(driver.publishAvail());
    assertFalse(driver.kickNeeded());
    driver.suppressInterrupts();
    assertFalse(driver.enableInterrupts());
    assertFalse(driver.hasUsed());
    assertArrayEquals(before, Rings.bytes(config));
  }

  @Test
  void lx136_nothingUsedIsNothingToDo() {
    assertEquals(NONE, driver.nextUsed());
    fill();
    assertEquals(NONE, driver.nextUsed());
    assertFalse(driver.broken());
    assertNull(driver.fault());
  }

  @Test
  void toStringShowsTheShadows() {
    fill();
    giveBack(3);
    assertEquals(
        "DriverVirtqueue{num=4 avail=4 used=1 outstanding=3 fault=null}", driver.toString());
  }

  private void fill() {
    while (driver.free() > 0) {
      driver.add(0x1000, 512, VringFlags.DESC_WRITE);
    }
    driver.publishAvail();
  }

  private void giveBack(int id) {
    driver.publishAvail();
    raw.used(raw.usedIndex() & 3, id, 512);
    raw.usedIndex(raw.usedIndex() + 1);
    assertEquals(id, driver.nextUsed());
  }

  private void assertDesc(long address, int length, int flags) {
    assertEquals(address, raw.descAddress(0));
    assertEquals(length, raw.descLength(0));
    assertEquals(flags, raw.descFlags(0));
  }

  private static void assertBroken(DriverVirtqueue queue, RingFault fault) {
    VirtqueueException thrown = assertThrows(VirtqueueException.class, queue::nextUsed);
    assertEquals(fault, thrown.fault());
    assertTrue(thrown.getMessage().matches(fault + ": used\\.i.+ expected .+, actual \\d+"));
    assertTrue(queue.broken());
    assertEquals(fault, queue.fault());
    assertEquals(NONE, queue.nextUsed());
  }
}
