// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The device returns a buffer and asks whether the driver wants an interrupt, while the driver
 * takes NO_INTERRUPT back and looks once more (VIRTIO 1.2, sections 2.7.7 and 2.7.14).
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Interrupted, and seen: one too many.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Interrupted.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Seen at the second look.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The driver sleeps on a used buffer.")
@State
public class InterruptWithFlags {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public InterruptWithFlags() {
    RacingRing.exchange(driver, device);
    driver.suppressInterrupts();
    driver.add(7, 9, 0);
    driver.publishAvail();
    device.nextAvail();
  }

  @Actor
  public void device(ZZ_Result result) {
    device.addUsed(device.lastTaken(), 9);
    device.publishUsed();
    result.r1 = device.interruptNeeded();
  }

  @Actor
  public void driver(ZZ_Result result) {
    result.r2 = driver.enableInterrupts();
  }
}
