// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/**
 * Copies out and counts what comes, until the last message; the clock is looked at now and then.
 */
final class Meter implements RpmsgListener {
  private static final int MESSAGES_PER_LOOK = 4096;

  private final MemorySegment copy = Arena.ofAuto().allocate(512, 64);
  private final CountDownLatch last = new CountDownLatch(1);
  private final long warmUpNanos;
  private long count;
  private long openedAt;
  private long firstCount;
  private long firstNanos;
  private long lastCount;
  private long lastNanos;

  Meter(long warmUpNanos) {
    this.warmUpNanos = warmUpNanos;
  }

  @Override
  public void onMessage(RpmsgMessage message) {
    if (Carrier.isLast(message)) {
      last.countDown();
      return;
    }
    message.copyTo(copy, 0);
    if (++count % MESSAGES_PER_LOOK == 0) {
      look(System.nanoTime());
    }
  }

  private void look(long now) {
    if (openedAt == 0) {
      openedAt = now;
    }
    if (now - openedAt >= warmUpNanos) {
      if (firstCount == 0) {
        firstCount = count;
        firstNanos = now;
      }
      lastCount = count;
      lastNanos = now;
    }
  }

  /** Waits for the last message. */
  Meter await(long nanos) throws InterruptedException {
    if (!last.await(nanos, TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("the last message did not come");
    }
    return this;
  }

  long count() {
    return count;
  }

  /** Million messages per second after the warm-up. */
  double millionPerSecond() {
    return 1e3 * (lastCount - firstCount) / (lastNanos - firstNanos);
  }
}
