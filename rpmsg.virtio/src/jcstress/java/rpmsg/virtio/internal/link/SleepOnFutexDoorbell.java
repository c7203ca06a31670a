// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.lang.foreign.MemorySegment;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;

/**
 * A device moves avail_event, looks once more and sleeps on its word in the memory, while the
 * driver publishes a buffer and rings if it is wanted.
 */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Seen, or woken.")
@Outcome(id = "false", expect = FORBIDDEN, desc = "The device slept on a buffer.")
@State
public class SleepOnFutexDoorbell {
  private final VirtqueueConfig ring = RacingBells.ring(true);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();
  private final MemorySegment words = RacingBells.words();
  private final FutexDoorbell here = RacingBells.futex(words, 0);
  private final FutexDoorbell there = RacingBells.futex(words, 1);

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
