// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** How long round trips took. */
final class Latencies {
  /** Nobody waits longer for an echo. */
  static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(20);

  private static final int DIGITS = 3;

  private final Histogram nanos = new Histogram(LONGEST_NANOS, DIGITS);

  void note(long took) {
    nanos.recordValue(Math.min(took, LONGEST_NANOS));
  }

  long count() {
    return nanos.getTotalCount();
  }

  /** In microseconds. */
  String figures() {
    return String.format(
        Locale.ROOT,
        "p50=%.3f p99=%.3f max=%.3f",
        nanos.getValueAtPercentile(50) / 1e3,
        nanos.getValueAtPercentile(99) / 1e3,
        nanos.getMaxValue() / 1e3);
  }
}
