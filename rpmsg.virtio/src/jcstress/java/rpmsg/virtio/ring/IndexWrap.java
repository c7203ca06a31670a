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
 * VIRTIO 1.2, section 2.7.6: idx "starts at 0, and increases", and it has 16 bits: the index goes
 * from 65535 over 0 to 1 while the device looks.
 */
@JCStressTest
@Outcome(id = "-1, -1, -1", expect = ACCEPTABLE, desc = "Still 65535.")
@Outcome(id = "7, -1, -1", expect = ACCEPTABLE, desc = "0: one entry, at 65535.")
@Outcome(id = "7, 8, -1", expect = ACCEPTABLE, desc = "1: and one at 0.")
@Outcome(id = "7, -1, 8", expect = ACCEPTABLE, desc = "1 by the third look.")
@Outcome(id = "-1, 7, -1", expect = ACCEPTABLE, desc = "0 by the second look.")
@Outcome(id = "-1, 7, 8", expect = ACCEPTABLE, desc = "1 by the second look.")
@Outcome(id = "-1, -1, 7", expect = ACCEPTABLE, desc = "0 or 1 by the third look.")
@Outcome(expect = FORBIDDEN, desc = "Something that was not published, or published twice.")
@State
public class IndexWrap {
  private static final int LAST = 0xFFFF;

  private final VirtqueueConfig config = RacingRing.make(false);
  private final Vring raw = config.vring();
  private final DeviceVirtqueue device = new DeviceVirtqueue(config, raw, LAST, LAST);

  public IndexWrap() {
    raw.publishAvailIndex(LAST);
  }

  /** The driver's side of the wire. */
  @Actor
  public void driver() {
    put(3, 7);
    raw.publishAvailIndex(0);
    put(0, 8);
    raw.publishAvailIndex(1);
  }

  private void put(int id, int address) {
    raw.plainDescAddress(id, address);
    raw.plainDescLength(id, 1);
    raw.plainAvailEntry(id, id);
  }

  @Actor
  public void device(III_Result result) {
    result.r1 = next();
    result.r2 = next();
    result.r3 = next();
  }

  private int next() {
    return device.nextAvail() == DeviceVirtqueue.NONE ? -1 : (int) device.address();
  }
}
