// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits that are bounded. */
final class Patience {
  static final int SPINS = 1_000;
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(10);

  private Patience() {}

  /** One attempt; false when it has to be made again. */
  @FunctionalInterface
  interface Attempt {
    boolean once() throws Exception;
  }

  /** Tries again until it works, spinning. */
  static void until(Attempt attempt, String what) throws Exception {
    long end = System.nanoTime() + BOUND_NANOS;
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < SPINS; i++) {
        if (attempt.once()) {
          return;
        }
        Thread.onSpinWait();
      }
      Thread.yield();
    }
    throw new TimeoutException(what);
  }

  /** Waits for the end of a thread that was told to end. */
  static void join(Thread thread) {
    try {
      thread.join(TimeUnit.NANOSECONDS.toMillis(BOUND_NANOS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      throw new IllegalStateException(thread.getName() + " does not end");
    }
  }
}
