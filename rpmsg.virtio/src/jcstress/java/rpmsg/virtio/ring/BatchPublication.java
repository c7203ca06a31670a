// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** One store of the index makes a whole batch visible (VIRTIO 1.2, section 2.7.13, step 6). */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "The index was looked at before.")
@Outcome(id = "33", expect = ACCEPTABLE, desc = "All three, in order: 1 + 2 * 4 + 3 * 8.")
@Outcome(expect = FORBIDDEN, desc = "A part of the batch, or another order.")
@State
public class BatchPublication {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  @Actor
  public void driver() {
    for (int i = 1; i <= 3; i++) {
      driver.add(i, 1, 0);
    }
    driver.publishAvail();
  }

  @Actor
  public void device(I_Result result) {
    for (int weight = 1;
        device.nextAvail() != DeviceVirtqueue.NONE;
        weight += weight == 1 ? 3 : 4) {
      result.r1 += (int) device.address() * weight;
    }
  }
}
