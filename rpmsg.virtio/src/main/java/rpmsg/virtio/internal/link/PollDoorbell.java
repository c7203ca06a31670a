// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * No doorbell: both sides look at the memory again and again. Each wait is one idle step: spinning
 * for 10 microseconds of idleness, then yielding up to 300 microseconds, then sleeps of 50
 * microseconds that double up to 1 millisecond, and from then on of a 64th of the time that nothing
 * came. Sleeps of 25 milliseconds and more are those of {@link QuietLinks} where the link can be
 * {@linkplain #lookFor looked at} by others, else they grow up to 100 milliseconds: many quiet
 * links need next to no processor, and a message comes late by no more than that part of the
 * silence before it. A first sleep is over before a peer that waits for the answer falls asleep
 * itself; else two sides that slept once would go on sleeping in turns.
 */
final class PollDoorbell implements Doorbell {

  private static final long SPIN_NANOS = 10_000;
  private static final long YIELD_NANOS = 300_000;
  private static final long FIRST_SLEEP_NANOS = 50_000;
  private static final long DOUBLED_SLEEP_NANOS = 1_000_000;
  private static final long PART_OF_SILENCE = 64;
  private static final long LONGEST_SLEEP_NANOS = 100_000_000;

  private static final QuietLinks QUIET = new QuietLinks();

  private boolean idle;
  private long idleSince;
  private long sleep = FIRST_SLEEP_NANOS;
  private volatile boolean woken;
  private volatile boolean closed;
  private volatile Thread waiter;
  private volatile BooleanSupplier news;

  @Override
  public boolean rings() {
    return false;
  }

  @Override
  public void ring() {}

  @Override
  public boolean await(long nanos) {
    if (sleeps() && nanos > 0) {
      step(nanos);
    }
    boolean wasWoken = woken;
    if (wasWoken) {
      woken = false;
    }
    return wasWoken;
  }

  private void step(long nanos) {
    long now = System.nanoTime();
    if (!idle) {
      idle = true;
      idleSince = now;
      sleep = FIRST_SLEEP_NANOS;
    }
    long idleFor = now - idleSince;
    if (idleFor < SPIN_NANOS) {
      Thread.onSpinWait();
    } else if (idleFor < YIELD_NANOS) {
      Thread.yield();
    } else {
      sleep(Math.min(nanos, sleep), nanos);
      sleep = Math.min(2 * sleep, DOUBLED_SLEEP_NANOS);
      sleep = Math.clamp(idleFor / PART_OF_SILENCE, sleep, LONGEST_SLEEP_NANOS);
    }
  }

  /** Sleeps, and as long as the whole wait where others look meanwhile. */
  private void sleep(long nanos, long wait) {
    if (nanos >= QuietLinks.PERIOD_NANOS && news != null) {
      QUIET.sleep(this, wait);
      return;
    }
    waiter(Thread.currentThread());
    if (sleeps()) {
      LockSupport.parkNanos(this, nanos);
    }
    waiter(null);
  }

  /** Whom to wake; to be set before {@link #sleeps} is asked. */
  void waiter(Thread sleeping) {
    waiter = sleeping;
  }

  /** Whether who waits may go on waiting. */
  boolean sleeps() {
    return !woken && !closed;
  }

  @Override
  public void lookFor(BooleanSupplier news) {
    this.news = news;
  }

  /** On the thread of any link, while this one's is in {@link QuietLinks#sleep}. */
  void wakeForNews() {
    if (hasNews()) {
      wake();
    }
  }

  /** What cannot be looked at is for this link's own thread to look at. */
  private boolean hasNews() {
    try {
      return news.getAsBoolean();
    } catch (RuntimeException failure) {
      return true;
    }
  }

  @Override
  public boolean poll() {
    return false;
  }

  @Override
  public void wake() {
    woken = true;
    unpark();
  }

  @Override
  public void active() {
    idle = false;
  }

  @Override
  public boolean connected() {
    return true;
  }

  @Override
  public boolean seesPeerGo() {
    return false;
  }

  @Override
  public boolean peerClosed() {
    return false;
  }

  @Override
  public void close() {
    closed = true;
    unpark();
  }

  void unpark() {
    Thread waiting = waiter;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  @Override
  public String toString() {
    return "poll";
  }
}
