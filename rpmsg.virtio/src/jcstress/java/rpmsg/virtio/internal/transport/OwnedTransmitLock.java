// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A thread enters a lock that it comes to own meanwhile, and another takes it away. */
@JCStressTest
@Outcome(id = "7", expect = ACCEPTABLE, desc = "One at a time.")
@Outcome(expect = FORBIDDEN, desc = "Two were inside at once.")
@State
public class OwnedTransmitLock {
  private final TransmitLock lock = new TransmitLock(2);
  private int entries;

  @Actor
  public void owner() {
    for (int i = 0; i < 6; i++) {
      enter();
    }
  }

  @Actor
  public void other() {
    enter();
  }

  private void enter() {
    lock.lock();
    entries++;
    lock.unlock();
  }

  @Arbiter
  public void count(I_Result result) {
    result.r1 = entries;
  }
}
