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
 * The driver publishes and asks whether the device wants a kick, while the device moves avail_event
 * and looks once more (VIRTIO 1.2, sections 2.7.10 and 2.7.13.4.1; LX125).
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Kicked, and seen: one too many.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Kicked.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Seen at the second look.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The device sleeps on a buffer.")
@State
public class KickWithEvents {
  private final VirtqueueConfig ring = RacingRing.make(true);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public KickWithEvents() {
    RacingRing.exchange(driver, device);
  }

  @Actor
  public void driver(ZZ_Result result) {
    driver.add(7, 9, 0);
    driver.publishAvail();
    result.r1 = driver.kickNeeded();
  }

  @Actor
  public void device(ZZ_Result result) {
    result.r2 = device.enableKicks();
  }
}
