// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * VIRTIO 1.2, section 2.7.8.2: "The device MUST set len prior to updating the used idx." The second
 * of two buffers comes back, so that a stale element would name another.
 */
@JCStressTest
@Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "The index was looked at before.")
@Outcome(id = "1, 9", expect = ACCEPTABLE, desc = "With the index came the element.")
@Outcome(expect = FORBIDDEN, desc = "The index was seen before the element.")
@State
public class UsedPublication {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public UsedPublication() {
    driver.add(0, 1, 0);
    driver.add(0, 1, 0);
    driver.publishAvail();
    device.nextAvail();
    device.nextAvail();
  }

  @Actor
  public void device() {
    device.addUsed(1, 9);
    device.publishUsed();
  }

  @Actor
  public void driver(II_Result result) {
    int id = driver.nextUsed();
    result.r1 = id;
    result.r2 = id == DriverVirtqueue.NONE ? -1 : driver.usedLength();
  }
}
