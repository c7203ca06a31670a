// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Receiver;

/** Plays ping with an echo, one message at a time, from the receiver, and notes each round trip. */
final class RoundTrips implements Receiver {
  private final Latencies latencies = new Latencies();
  private final CountDownLatch done = new CountDownLatch(1);
  private final long warmUp;
  private final long end;
  private Pipe pipe;
  private long sequence;
  private long sentAt;
  private long bytes = -1;
  private Exception failure;
  private volatile boolean started;

  RoundTrips(long warmUpNanos, long measureNanos) {
    warmUp = System.nanoTime() + warmUpNanos;
    end = warmUp + measureNanos;
  }

  /**
   * Plays until the time is over and at least once; microseconds, and bytes allocated for each
   * round trip.
   */
  String run(Carrier carrier, int size) throws Exception {
    try (Pipe opened = carrier.open(size, this)) {
      pipe = opened;
      first();
      if (!done.await(end - System.nanoTime() + Latencies.LONGEST_NANOS, TimeUnit.NANOSECONDS)) {
        throw new TimeoutException("an echo did not come");
      }
    }
    if (failure != null) {
      throw failure;
    }
    return figures();
  }

  private void first() throws Exception {
    sentAt = System.nanoTime();
    try {
      pipe.send(0);
    } finally {
      started = true;
    }
  }

  @Override
  public void onMessage(long echo) throws Exception {
    while (!started) {
      // An echo can come before the send returns, and a pipe is for one thread at a time.
      Thread.onSpinWait();
    }
    long now = System.nanoTime();
    if (echo != sequence) {
      failure = new IllegalStateException("echo of " + sequence + " is " + echo);
      done.countDown();
    } else if (now - end >= 0 && latencies.count() > 0) {
      bytes = Allocation.ofThisThread() - bytes;
      done.countDown();
    } else {
      if (now - warmUp >= 0) {
        note(now - sentAt);
      }
      sequence++;
      sentAt = System.nanoTime();
      pipe.send(sequence);
    }
  }

  private void note(long took) {
    if (bytes < 0) {
      bytes = Allocation.ofThisThread();
    }
    latencies.note(took);
  }

  private String figures() {
    return String.format(
        Locale.ROOT, "%s bytes=%.6f", latencies.figures(), (double) bytes / latencies.count());
  }
}
