// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Receiver;

/**
 * Plays ping with an echo, with a pause before each message that is long enough for both sides to
 * fall asleep. The thread that pauses is the one that sends; the time ends on the receiver's.
 */
final class WokenRoundTrips implements Receiver {
  /** Longer by far than any side spins. */
  static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Latencies latencies = new Latencies();
  private final BlockingQueue<Echo> echoes = new LinkedBlockingQueue<>();
  private final long warmUp;
  private final long end;

  private record Echo(long sequence, long nanos) {}

  WokenRoundTrips(long warmUpNanos, long measureNanos) {
    warmUp = System.nanoTime() + warmUpNanos;
    end = warmUp + measureNanos;
  }

  /**
   * Plays until the time is over and at least once; how often, the warm-up included, and
   * microseconds.
   */
  String run(Carrier carrier, int size) throws Exception {
    long sent = 0;
    try (Pipe pipe = carrier.open(size, this)) {
      while (System.nanoTime() - end < 0 || latencies.count() == 0) {
        pause();
        play(pipe, sent++);
      }
    }
    return "sent=%d %s".formatted(sent, latencies.figures());
  }

  private static void pause() {
    long over = System.nanoTime() + PAUSE_NANOS;
    for (long left; (left = over - System.nanoTime()) > 0; ) {
      LockSupport.parkNanos(left);
    }
  }

  private void play(Pipe pipe, long sequence) throws Exception {
    long sentAt = System.nanoTime();
    pipe.send(sequence);
    Echo echo = echoes.poll(Latencies.LONGEST_NANOS, TimeUnit.NANOSECONDS);
    if (echo == null) {
      throw new TimeoutException("an echo did not come");
    }
    if (echo.sequence != sequence) {
      throw new IllegalStateException("echo of " + sequence + " is " + echo.sequence);
    }
    if (sentAt - warmUp >= 0) {
      latencies.note(echo.nanos - sentAt);
    }
  }

  @Override
  public void onMessage(long sequence) {
    echoes.add(new Echo(sequence, System.nanoTime()));
  }
}
