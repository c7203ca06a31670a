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
 * A full ring goes around: the driver takes the first of four buffers back and puts a fifth into
 * its slot, with its descriptor, while the device is still at the fourth.
 */
@JCStressTest
@Outcome(id = "4, -1", expect = ACCEPTABLE, desc = "The fifth is not there yet.")
@Outcome(id = "4, 5", expect = ACCEPTABLE, desc = "The fifth came in the first one's place.")
@Outcome(expect = FORBIDDEN, desc = "An entry or a descriptor of the round before was seen.")
@State
public class SlotReuse {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public SlotReuse() {
    for (int i = 1; i <= 4; i++) {
      driver.add(i, 1, 0);
    }
    driver.publishAvail();
    device.addUsed(device.nextAvail(), 1);
    device.publishUsed();
    device.nextAvail();
    device.nextAvail();
  }

  @Actor
  public void driver() {
    driver.nextUsed();
    driver.add(5, 1, 0);
    driver.publishAvail();
  }

  @Actor
  public void device(II_Result result) {
    result.r1 = next();
    result.r2 = next();
  }

  private int next() {
    return device.nextAvail() == DeviceVirtqueue.NONE ? -1 : (int) device.address();
  }
}
