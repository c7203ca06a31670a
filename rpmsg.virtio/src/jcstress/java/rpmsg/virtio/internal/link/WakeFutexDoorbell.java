// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A wake by a thread of one's own, and the sleep. */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Woken, or not asleep.")
@Outcome(id = "false", expect = FORBIDDEN, desc = "The wake was lost.")
@State
public class WakeFutexDoorbell {
  private final FutexDoorbell bell = RacingBells.futex(RacingBells.words(), 0);

  @Actor
  public void other() {
    bell.wake();
  }

  @Actor
  public void sleeper(Z_Result result) {
    result.r1 = bell.await(RacingBells.BOUND_NANOS);
  }
}
