// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class VirtqueueAllocationTest {

  private static final int MESSAGES = 100_000;

  @Test
  void aMessageAllocatesNothing() {
    VirtqueueConfig config = Rings.of(256, false);
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    exchange(driver, device);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    exchange(driver, device);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < MESSAGES, bytes + " bytes for " + MESSAGES + " messages");
    assertEquals(2 * MESSAGES & 0xFFFF, driver.usedIndex());
  }

  private static void exchange(DriverVirtqueue driver, DeviceVirtqueue device) {
    for (int i = 0; i < MESSAGES; i++) {
      driver.add(i, 512, 0);
      driver.publishAvail();
      driver.kickNeeded();
      device.addUsed(device.nextAvail(), 512);
      device.publishUsed();
      device.interruptNeeded();
      device.suppressKicks();
      device.enableKicks();
      driver.nextUsed();
      driver.suppressInterrupts();
      driver.enableInterrupts();
    }
  }
}
