// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** Plays ping with an echo, one message at a time, from the listener, and notes each round trip. */
final class RoundTrips implements RpmsgListener {
  private static final int NANOS_PER_BUCKET = 10;
  private static final int SLACK_SECONDS = 10;

  private final int[] buckets = new int[100_000];
  private final CountDownLatch done = new CountDownLatch(1);
  private final MemorySegment answer = Arena.ofAuto().allocate(512, 64);
  private final MemorySegment ping;
  private final long warmUp;
  private final long end;
  private Carrier.Pipe pipe;
  private long sentAt;
  private long count;

  RoundTrips(int size, long warmUpNanos, long nanos) {
    ping = Arena.ofAuto().allocate(size, 64);
    warmUp = System.nanoTime() + warmUpNanos;
    end = warmUp + nanos;
  }

  /** Plays until the time is over. */
  RoundTrips run(Carrier carrier) throws RpmsgException, InterruptedException {
    try (Carrier.Pipe opened = carrier.open(this)) {
      pipe = opened;
      sentAt = System.nanoTime();
      pipe.send(ping);
      long bound = end - System.nanoTime() + TimeUnit.SECONDS.toNanos(SLACK_SECONDS);
      if (!done.await(bound, TimeUnit.NANOSECONDS)) {
        throw new IllegalStateException("an echo did not come");
      }
    }
    return this;
  }

  @Override
  public void onMessage(RpmsgMessage message) throws RpmsgException {
    message.copyTo(answer, 0);
    long now = System.nanoTime();
    if (now - end >= 0) {
      done.countDown();
      return;
    }
    if (now - warmUp >= 0) {
      note(now - sentAt);
    }
    sentAt = now;
    pipe.send(ping);
  }

  private void note(long nanos) {
    buckets[(int) Math.min(nanos / NANOS_PER_BUCKET, buckets.length - 1)]++;
    count++;
  }

  /** Microseconds within which {@code share} of all round trips ended. */
  double micros(double share) {
    long wanted = (long) Math.ceil(share * count);
    long seen = 0;
    int bucket = 0;
    while (bucket < buckets.length - 1 && (seen += buckets[bucket]) < wanted) {
      bucket++;
    }
    return (bucket + 0.5) * NANOS_PER_BUCKET / 1000;
  }
}
