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
 * The driver publishes and asks whether the device wants a kick, while the device takes NO_NOTIFY
 * back and looks once more (VIRTIO 1.2, section 2.7.13.4.1: "The driver MUST perform a suitable
 * memory barrier before reading flags or avail_event, to avoid missing a notification"; LX124).
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Kicked, and seen: one too many.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Kicked.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Seen at the second look.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The device sleeps on a buffer.")
@State
public class KickWithFlags {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public KickWithFlags() {
    RacingRing.exchange(driver, device);
    device.suppressKicks();
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
