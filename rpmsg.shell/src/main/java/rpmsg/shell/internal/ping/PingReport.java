// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.ping;

import java.util.Arrays;
import java.util.Locale;

/**
 * What came of a ping.
 *
 * @param count messages that were to be sent
 * @param bad echoes that were not what was sent, or that nobody asked for
 * @param roundTrips nanoseconds, ascending, one for each echo
 * @param trouble what ended the ping early, or null
 */
public record PingReport(
    String name, int count, int sent, int received, int bad, long[] roundTrips, String trouble) {

  /** A ping that could not send anything. */
  static PingReport failed(String name, int count, String trouble) {
    return new PingReport(name, count, 0, 0, 0, new long[0], trouble);
  }

  /** A report over round-trip times in the order in which they were measured. */
  static PingReport of(
      String name, int count, int sent, int received, int bad, long[] times, String trouble) {
    long[] sorted = Arrays.copyOf(times, Math.min(received, times.length));
    Arrays.sort(sorted);
    return new PingReport(name, count, sent, received, bad, sorted, trouble);
  }

  /** Whether every message came back as it was sent. */
  public boolean right() {
    return trouble == null && received == count && bad == 0;
  }

  /** The line that scripts read. */
  public String line() {
    return "ping %s: %d sent, %d received, %d bad, rtt min/p50/p99/max %s/%s/%s/%s us"
        .formatted(name, sent, received, bad, rank(0), rank(0.5), rank(0.99), rank(1));
  }

  /** Why it is not right, in one line. */
  public String complaint() {
    String reason =
        trouble != null ? trouble : bad > 0 ? bad + " bad echoes" : received + " of " + count;
    return "ping " + name + ": " + reason;
  }

  /** The smallest time that at least this share of all times does not exceed, in microseconds. */
  private String rank(double share) {
    if (roundTrips.length == 0) {
      return "-";
    }
    int rank = Math.max(1, (int) Math.ceil(share * roundTrips.length));
    return String.format(Locale.ROOT, "%.1f", roundTrips[rank - 1] / 1000.0);
  }
}
