// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * VIRTIO 1.2, section 2.7.13.3.1: "The driver MUST perform a suitable memory barrier before the idx
 * update, to ensure the device sees the most up-to-date copy."
 */
@JCStressTest
@Outcome(id = "-1, -1, -1", expect = ACCEPTABLE, desc = "The index was looked at before.")
@Outcome(id = "7, 9, 2", expect = ACCEPTABLE, desc = "With the index came entry and descriptor.")
@Outcome(expect = FORBIDDEN, desc = "The index was seen before what it stands for.")
@State
public class AvailPublication {
  private final VirtqueueConfig ring = RacingRing.make(false);
  private final DriverVirtqueue driver = ring.driver();
  private final DeviceVirtqueue device = ring.device();

  public AvailPublication() {
    RacingRing.exchange(driver, device);
  }

  @Actor
  public void driver() {
    driver.add(7, 9, VringFlags.DESC_WRITE);
    driver.publishAvail();
  }

  @Actor
  public void device(III_Result result) {
    boolean there = device.nextAvail() != DeviceVirtqueue.NONE;
    result.r1 = there ? (int) device.address() : -1;
    result.r2 = there ? device.length() : -1;
    result.r3 = there ? device.flags() : -1;
  }
}
