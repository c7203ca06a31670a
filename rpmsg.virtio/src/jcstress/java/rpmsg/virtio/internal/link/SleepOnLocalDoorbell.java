// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;

/**
 * A device takes NO_NOTIFY back, looks once more and sleeps, while the driver publishes a buffer
 * and rings if it is wanted: between two threads of one process.
 */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Seen, or woken.")
@Outcome(id = "false", expect = FORBIDDEN, desc = "The device slept on a buffer.")
@State
public class SleepOnLocalDoorbell {
  private final VirtqueueConfig ring = RacingBells.ring(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();
  private final LocalDoorbell here = new LocalDoorbell();
  private final LocalDoorbell there = new LocalDoorbell();

  public SleepOnLocalDoorbell() {
    here.join(there);
    device.suppressKicks();
  }

  @Actor
  public void driver() {
    driver.add(7, 9, 0);
    driver.publishAvail();
    if (driver.kickNeeded()) {
      there.ring();
    }
  }

  @Actor
  public void device(Z_Result result) {
    result.r1 = device.enableKicks() || here.await(RacingBells.BOUND_NANOS);
  }
}
