// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Kicks and interrupts by flags, in both directions. */
class NotificationTest {

  private final VirtqueueConfig config = Rings.of4();
  private final DriverVirtqueue driver = config.driver();
  private final DeviceVirtqueue device = config.device();
  private final RawRing raw = Rings.raw4(config);

  @Test
  void lx088_everyPublishKicksOnce() {
    assertFalse(driver.kickNeeded());
    send();
    assertTrue(driver.kickNeeded());
    assertFalse(driver.kickNeeded());
    send();
    assertTrue(driver.kickNeeded());
  }

  @Test
  void lx135_oneKickCoversABatch() {
    send();
    send();
    send();
    assertTrue(driver.kickNeeded());
    assertFalse(driver.kickNeeded());
  }

  @Test
  void lx122_whatIsNotPublishedNeedsNoKick() {
    driver.add(0, 512, 0);
    assertFalse(driver.kickNeeded());
    driver.publishAvail();
    assertTrue(driver.kickNeeded());
  }

  @Test
  void lx124_noKickWhenPeerSetNoNotify() {
    raw.usedFlags(VringFlags.USED_NO_NOTIFY);
    send();
    assertFalse(driver.kickNeeded());
    raw.usedFlags(0);
    assertFalse(driver.kickNeeded());
    send();
    assertTrue(driver.kickNeeded());
  }

  @Test
  void otherBitsOfUsedFlagsMeanNothing() {
    raw.usedFlags(0xFFFE);
    send();
    assertTrue(driver.kickNeeded());
  }

  @Test
  void interruptIsLeftOutWhenPeerSetNoInterrupt() {
    send();
    send();
    raw.availFlags(VringFlags.AVAIL_NO_INTERRUPT);
    receive();
    assertFalse(device.interruptNeeded());
    raw.availFlags(0xFFFE);
    receive();
    assertTrue(device.interruptNeeded());
    assertFalse(device.interruptNeeded());
  }

  @Test
  void kicksAreSuppressedByOneFlag() {
    device.suppressKicks();
    assertEquals(1, raw.usedFlags());
    send();
    assertFalse(driver.kickNeeded());
    assertTrue(device.enableKicks());
    assertEquals(0, raw.usedFlags());
    device.nextAvail();
    assertFalse(device.enableKicks());
    send();
    assertTrue(driver.kickNeeded());
  }

  @Test
  void lx126_interruptsAreSuppressedByOneFlag() {
    assertEquals(0, raw.availFlags());
    driver.suppressInterrupts();
    assertEquals(1, raw.availFlags());
    send();
    receive();
    assertFalse(device.interruptNeeded());
    assertTrue(driver.enableInterrupts());
    assertEquals(0, raw.availFlags());
    driver.nextUsed();
    assertFalse(driver.enableInterrupts());
    send();
    receive();
    assertTrue(device.interruptNeeded());
  }

  @Test
  void enablingSeesTheRestOfABatchThatIsBeingTaken() {
    send();
    send();
    device.nextAvail();
    assertTrue(device.enableKicks());
    receive();
    device.addUsed(0, 0);
    device.publishUsed();
    driver.nextUsed();
    assertTrue(driver.enableInterrupts());
  }

  @Test
  void flagsAreWrittenOnlyWhenTheyChange() {
    driver.suppressInterrupts();
    device.suppressKicks();
    raw.availFlags(0x40);
    raw.usedFlags(0x40);
    driver.suppressInterrupts();
    device.suppressKicks();
    assertEquals(0x40, raw.availFlags());
    assertEquals(0x40, raw.usedFlags());
    driver.enableInterrupts();
    device.enableKicks();
    assertEquals(0, raw.availFlags());
    assertEquals(0, raw.usedFlags());
  }

  @Test
  void aDeviceDoesNotTrustTheFlagsItFinds() {
    raw.usedFlags(VringFlags.USED_NO_NOTIFY);
    config.device().enableKicks();
    assertEquals(0, raw.usedFlags());
  }

  @Test
  void eventFieldsAreNotTouched() {
    raw.usedEvent(0x1234);
    raw.availEvent(0x5678);
    send();
    receive();
    driver.nextUsed();
    driver.suppressInterrupts();
    driver.enableInterrupts();
    device.suppressKicks();
    device.enableKicks();
    assertEquals(0x1234, raw.usedEvent());
    assertEquals(0x5678, raw.availEvent());
  }

  private void send() {
    driver.add(0x1000, 512, 0);
    driver.publishAvail();
  }

  private void receive() {
    device.addUsed(device.nextAvail(), 512);
    device.publishUsed();
  }
}
