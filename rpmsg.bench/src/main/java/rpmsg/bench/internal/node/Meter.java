// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import rpmsg.bench.internal.carrier.Receiver;
import rpmsg.bench.internal.carrier.Stamp;

/**
 * Counts what comes until the last message, and checks that it is what was sent: 0, 1, 2 and so on.
 * The rate is that from the end of the warm-up to the last message; where the warm-up takes it all,
 * that of all.
 */
public final class Meter implements Receiver {
  private static final int MESSAGES_PER_LOOK = 256;

  private final CountDownLatch last = new CountDownLatch(1);
  private final long warmUpNanos;
  private final LongSupplier clock;
  private long count;
  private long wrong;
  private boolean warm;
  private Look first;
  private Look end;

  private record Look(long count, long nanos, long bytes) {}

  /** Leaves what comes in the first so many nanoseconds out of the rate. */
  public Meter(long warmUpNanos) {
    this(warmUpNanos, System::nanoTime);
  }

  /** With another clock than {@link System#nanoTime()}. */
  Meter(long warmUpNanos, LongSupplier clock) {
    this.warmUpNanos = warmUpNanos;
    this.clock = clock;
  }

  @Override
  public void onMessage(long sequence) {
    if (sequence == count) {
      count++;
    } else if (sequence == Stamp.LAST) {
      end = look();
      last.countDown();
    } else {
      wrong(sequence);
    }
    if (!warm && count % MESSAGES_PER_LOOK == 1) {
      lookAtClock();
    }
  }

  /** One was torn, lost, doubled or overtaken; goes on from there. */
  private void wrong(long sequence) {
    wrong++;
    if (sequence > count) {
      count = sequence + 1;
    }
  }

  private void lookAtClock() {
    if (first == null) {
      first = look();
    } else if (clock.getAsLong() - first.nanos >= warmUpNanos) {
      first = look();
      warm = true;
    }
  }

  private Look look() {
    return new Look(count, clock.getAsLong(), Allocation.ofThisThread());
  }

  /**
   * Waits for the last message.
   *
   * @throws TimeoutException when it does not come
   */
  public void await(long nanos) throws InterruptedException, TimeoutException {
    if (!last.await(nanos, TimeUnit.NANOSECONDS)) {
      throw new TimeoutException("the last message did not come; " + count + " came");
    }
  }

  /** The messages counted, million a second, wrong ones, bytes allocated for each. */
  public String figures() {
    return figures(List.of(this));
  }

  /**
   * The messages that each has counted, with commas between; million a second and wrong ones of all
   * together; bytes allocated for each, the most.
   */
  static String figures(List<Meter> meters) {
    return String.format(
        Locale.ROOT,
        "count=%s rate=%.6f wrong=%d bytes=%.6f",
        meters.stream().map(meter -> "" + meter.count).collect(Collectors.joining(",")),
        meters.stream().mapToDouble(Meter::rate).sum(),
        meters.stream().mapToLong(meter -> meter.wrong).sum(),
        meters.stream().mapToDouble(Meter::bytes).max().orElseThrow());
  }

  private double rate() {
    return 1e3 * (end.count - first.count) / (end.nanos - first.nanos);
  }

  private double bytes() {
    return (double) (end.bytes - first.bytes) / (end.count - first.count);
  }
}
