// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Threads that wait to read, or to write. Who wants something takes a {@link #mark}, tries, and
 * waits with that mark: a change since then ends the wait at once, so none is missed. One change
 * wakes one of them, and who is woken passes it on when there may be something for another.
 */
final class Waiters {
  /** A time that does not end. */
  static final long FOREVER = Long.MAX_VALUE;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final long lookNanos;
  private boolean looking;
  private volatile int waiting;
  private volatile long changes;

  /**
   * @param lookNanos after so long, one of them tries again without having been woken; {@link
   *     #FOREVER} where every change is told
   */
  Waiters(long lookNanos) {
    this.lookNanos = lookNanos;
  }

  long mark() {
    return changes;
  }

  /** Waits for a change since {@code mark}; returns earlier too. */
  void await(long mark, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      if (changes == mark) {
        waiting++;
        try {
          park(nanos);
        } finally {
          waiting--;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void park(long nanos) throws InterruptedException {
    if (looking || lookNanos == FOREVER) {
      parkFor(nanos);
      return;
    }
    looking = true;
    try {
      parkFor(Math.min(nanos, lookNanos));
    } finally {
      looking = false;
      changed.signal();
    }
  }

  private void parkFor(long nanos) throws InterruptedException {
    if (nanos == FOREVER) {
      changed.await();
    } else {
      changed.awaitNanos(nanos);
    }
  }

  boolean any() {
    return waiting != 0;
  }

  /** Something changed that one of them can use. */
  void wakeOne() {
    lock.lock();
    try {
      changes++;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Something changed for all of them. */
  void wakeAll() {
    lock.lock();
    try {
      changes++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
