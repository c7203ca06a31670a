// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import rpmsg.syscall.ProcessBarrier;

/** As {@link KickWithFlags}, with a device that fences for both sides. */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Kicked, and seen: one too many.")
@Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Kicked.")
@Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Seen at the last look.")
@Outcome(id = "false, false", expect = FORBIDDEN, desc = "The device sleeps on a buffer.")
@State
public class KickWithoutFence {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public KickWithoutFence() {
    RacingRing.exchange(driver, device);
    device.suppressKicks();
  }

  @Actor
  public void driver(ZZ_Result result) {
    driver.add(7, 9, 0);
    driver.publishAvail();
    result.r1 = driver.kickNeeded(true);
  }

  @Actor
  public void device(ZZ_Result result) {
    boolean seen = device.enableKicks();
    ProcessBarrier.GLOBAL.fence();
    result.r2 = seen || device.arrived() > 0;
  }
}
