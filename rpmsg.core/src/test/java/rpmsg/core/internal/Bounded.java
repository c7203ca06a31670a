// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits that end: with the condition, or with a failure. */
final class Bounded {
  static final long SECONDS = 20;

  private Bounded() {}

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(SECONDS, TimeUnit.SECONDS), "not reached in " + SECONDS + " s");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail("interrupted");
    }
  }

  static void until(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, () -> "not in " + SECONDS + " s: " + what);
      LockSupport.parkNanos(50_000);
    }
  }

  static void join(Thread thread) {
    until(thread + " has ended", () -> !thread.isAlive());
  }

  /** Waits until the thread waits for something itself. */
  static void untilWaiting(Thread thread) {
    until(
        thread + " waits",
        () ->
            switch (thread.getState()) {
              case WAITING, TIMED_WAITING -> true;
              default -> false;
            });
  }
}
