// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The polled links over which nothing came for long. Their receive threads sleep; the one that has
 * slept longest looks at the memory of all of them every 25 milliseconds, and wakes whom it found
 * something for: many quiet links take hardly more of a processor than one.
 */
final class QuietLinks {

  /** From one look to the next: how late the first message after a silence may come. */
  static final long PERIOD_NANOS = 25_000_000;

  /** In the order in which they fell asleep: the first one looks. */
  private final List<PollDoorbell> sleepers = new ArrayList<>();

  /** Sleeps until the doorbell is woken or closed, or the time is over. Its receive thread. */
  void sleep(PollDoorbell sleeper, long nanos) {
    long wait = SharedMoments.within(nanos);
    long end = System.nanoTime() + wait;
    enter(sleeper);
    try {
      for (long left = wait; left > 0 && sleeper.sleeps(); left = end - System.nanoTime()) {
        try {
          LockSupport.parkNanos(this, look(sleeper) ? Math.min(left, untilNextLook()) : left);
        } catch (InternalError fault) {
          // The memory of one of them is gone, and Java does not say whose
          wakeAll();
        }
      }
    } finally {
      leave(sleeper);
    }
  }

  /** Looks are at moments that are shared as well. */
  private static long untilNextLook() {
    return PERIOD_NANOS - Math.floorMod(System.nanoTime(), PERIOD_NANOS);
  }

  private synchronized void enter(PollDoorbell sleeper) {
    sleeper.waiter(Thread.currentThread());
    sleepers.add(sleeper);
  }

  private synchronized void leave(PollDoorbell sleeper) {
    boolean looked = sleepers.getFirst() == sleeper;
    sleepers.remove(sleeper);
    sleeper.waiter(null);
    if (looked && !sleepers.isEmpty()) {
      sleepers.getFirst().unpark();
    }
  }

  /** Looks at all, if that is up to this one. */
  private synchronized boolean look(PollDoorbell sleeper) {
    boolean looks = sleepers.getFirst() == sleeper;
    if (looks) {
      sleepers.forEach(PollDoorbell::wakeForNews);
    }
    return looks;
  }

  private synchronized void wakeAll() {
    sleepers.forEach(PollDoorbell::wake);
  }
}
