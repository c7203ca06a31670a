// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.time.Duration;

/** Waits with a bound that an interrupt does not cut short: half a teardown would be a leak. */
public final class Uninterrupted {
  /** Something to wait for, such as a latch. */
  public interface Condition {
    /** Waits at most so long; true when it has come. */
    boolean within(long nanos) throws InterruptedException;
  }

  private Uninterrupted() {}

  /** True when the condition came in time; an interrupt meanwhile stays set. */
  public static boolean await(Condition condition, Duration bound) {
    long deadline = System.nanoTime() + bound.toNanos();
    boolean interrupted = false;
    try {
      for (; ; ) {
        long left = deadline - System.nanoTime();
        try {
          if (condition.within(Math.max(0, left))) {
            return true;
          }
          if (left <= 0) {
            return false;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
