// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kicks and interrupts with VIRTIO_F_EVENT_IDX, in both directions. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventIdxTest {

  private final VirtqueueConfig config = Rings.eventIdx4();
  private final DriverVirtqueue driver = config.driver();
  private final DeviceVirtqueue device = config.device();
  private final RawRing raw = Rings.raw4(config);

  @Test
  void lx125_passedIsTheFormulaOfTheSpecificationForEverySixteenBitDistance() {
    for (int before : new int[] {0, 1, 0x7FFF, 0x8000, 0xFFFC, 0xFFFF}) {
      for (int step = 1; step <= 8; step++) {
        for (int event = 0; event < 0x10000; event++) {
          boolean expected = false;
          for (int index = before; index < before + step; index++) {
            expected |= (index & 0xFFFF) == event;
          }
          assertEquals(
              expected,
              Vring.passed(event, before + step, before),
              "event " + event + " before " + before + " step " + step);
        }
      }
    }
  }

  @Test
  void lx125_kickWhenTheEventIsPassed() {
    raw.availEvent(1);
    send(1);
    assertFalse(driver.kickNeeded());
    send(1);
    assertTrue(driver.kickNeeded());
    send(1);
    assertFalse(driver.kickNeeded());
  }

  @Test
  void lx125_kickOnceForABatchThatPassesTheEvent() {
    raw.availEvent(1);
    send(4);
    assertTrue(driver.kickNeeded());
    assertFalse(driver.kickNeeded());
  }

  @Test
  void lx125_kickAcrossTheWrap() {
    Rings.advance(driver, device, 0xFFFE);
    raw.availEvent(0xFFFF);
    send(1);
    assertEquals(0xFFFF, raw.availIndex());
    assertFalse(driver.kickNeeded());
    send(1);
    assertEquals(0, raw.availIndex());
    assertTrue(driver.kickNeeded());
    raw.availEvent(0);
    send(1);
    assertEquals(1, raw.availIndex());
    assertTrue(driver.kickNeeded());
  }

  @Test
  void lx125_kickForABatchAcrossTheWrap() {
    Rings.advance(driver, device, 0xFFFE);
    raw.availEvent(0);
    send(4);
    assertEquals(2, raw.availIndex());
    assertTrue(driver.kickNeeded());
  }

  @Test
  void lx125_interruptAcrossTheWrap() {
    Rings.advance(driver, device, 0xFFFE);
    raw.usedEvent(0xFFFF);
    send(3);
    receive();
    assertFalse(device.interruptNeeded());
    receive();
    assertEquals(0, raw.usedIndex());
    assertTrue(device.interruptNeeded());
    receive();
    assertFalse(device.interruptNeeded());
  }

  @Test
  void noNotifyAndNoInterruptAreNotLookedAt() {
    raw.usedFlags(VringFlags.USED_NO_NOTIFY);
    raw.availFlags(VringFlags.AVAIL_NO_INTERRUPT);
    send(1);
    assertTrue(driver.kickNeeded());
    receive();
    assertTrue(device.interruptNeeded());
  }

  @Test
  void enablingKicksAsksForTheNextBuffer() {
    send(2);
    device.nextAvail();
    assertTrue(device.enableKicks());
    assertEquals(1, raw.availEvent());
    device.nextAvail();
    assertFalse(device.enableKicks());
    assertEquals(2, raw.availEvent());
    driver.kickNeeded();
    send(1);
    assertTrue(driver.kickNeeded());
    device.suppressKicks();
    assertEquals(2, raw.availEvent());
    assertEquals(0, raw.usedFlags());
    send(1);
    assertFalse(driver.kickNeeded());
  }

  @Test
  void enablingInterruptsAsksForTheNextBuffer() {
    send(4);
    receive();
    receive();
    driver.nextUsed();
    assertTrue(driver.enableInterrupts());
    assertEquals(1, raw.usedEvent());
    driver.nextUsed();
    assertFalse(driver.enableInterrupts());
    assertEquals(2, raw.usedEvent());
    device.interruptNeeded();
    receive();
    assertTrue(device.interruptNeeded());
    driver.suppressInterrupts();
    assertEquals(2, raw.usedEvent());
    assertEquals(0, raw.availFlags());
    receive();
    assertFalse(device.interruptNeeded());
  }

  @Test
  void sixtyFiveThousandUnaskedBuffersAreNotTakenForNone() {
    VirtqueueConfig big = Rings.of(32768, true);
    DriverVirtqueue sender = big.driver();
    DeviceVirtqueue receiver = big.device();
    for (int i = 0; i < 0x10000; i++) {
      sender.add(0, 512, 0);
      sender.publishAvail();
      receiver.addUsed(receiver.nextAvail(), 512);
      receiver.publishUsed();
      sender.nextUsed();
    }
    assertTrue(sender.kickNeeded());
    assertTrue(receiver.interruptNeeded());
  }

  @Test
  void aBrokenQueueWritesNoEvent() {
    send(2);
    receive();
    driver.nextUsed();
    device.nextAvail();
    raw.usedIndex(100);
    raw.availIndex(100);
    assertThrows(VirtqueueException.class, driver::nextUsed);
    assertThrows(VirtqueueException.class, device::nextAvail);
    assertFalse(driver.enableInterrupts());
    assertFalse(device.enableKicks());
    assertEquals(0, raw.usedEvent());
    assertEquals(0, raw.availEvent());
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      driver.add(0x1000, 512, 0);
    }
    driver.publishAvail();
  }

  private void receive() {
    device.addUsed(device.nextAvail(), 512);
    device.publishUsed();
  }
}
