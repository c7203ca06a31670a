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

/** A ring and the sleep of the other side, with nothing else to see. */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "Woken, or not asleep.")
@Outcome(id = "false", expect = FORBIDDEN, desc = "The ring was lost.")
@State
public class RingFutexDoorbell {
  private final MemorySegment words = RacingBells.words();
  private final FutexDoorbell here = RacingBells.futex(words, 0);
  private final FutexDoorbell there = RacingBells.futex(words, 1);

  @Actor
  public void peer() {
    there.ring();
  }

  @Actor
  public void sleeper(Z_Result result) {
    result.r1 = here.await(RacingBells.BOUND_NANOS);
  }
}
