// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Mutual exclusion around the transmit ring, for sections of well under a microsecond that run
 * nobody else's code and never wait. Not reentrant.
 *
 * <p>It is freed by a release store, where a {@link java.util.concurrent.locks.ReentrantLock} has a
 * second full fence: each fence waits until the stores of the message have reached memory that the
 * peer's processor holds, so consecutive messages could not overlap. Who finds it taken spins, then
 * yields, then parks in slices, for the holder may have been preempted.
 */
final class TransmitLock {
  private static final int SPINS = 200;
  private static final int YIELDS = SPINS + 50;
  private static final long SLICE_NANOS = 20_000;

  private final AtomicBoolean held = new AtomicBoolean();

  boolean tryLock() {
    return !held.getOpaque() && !held.compareAndExchangeAcquire(false, true);
  }

  void lock() {
    for (int i = 0; !tryLock(); i++) {
      if (i < SPINS) {
        Thread.onSpinWait();
      } else if (i < YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(this, SLICE_NANOS);
      }
    }
  }

  void unlock() {
    held.setRelease(false);
  }
}
