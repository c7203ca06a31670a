// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What was measured with one carrier at one size.
 *
 * @param p50 round trip in microseconds
 * @param p99 round trip in microseconds
 * @param toRemote one way, million messages per second, counted by the receiver
 * @param toHost the same in the other direction
 */
record Figures(double p50, double p99, double toRemote, double toHost) {
  static String heading() {
    return "%6s %-12s %10s %10s %16s %16s"
        .formatted("bytes", "", "p50 us", "p99 us", "to remote M/s", "to host M/s");
  }

  static Figures median(List<Figures> rounds) {
    return new Figures(
        median(rounds, Figures::p50),
        median(rounds, Figures::p99),
        median(rounds, Figures::toRemote),
        median(rounds, Figures::toHost));
  }

  private static double median(List<Figures> rounds, ToDoubleFunction<Figures> figure) {
    return rounds.stream().mapToDouble(figure).sorted().toArray()[rounds.size() / 2];
  }

  String row(int size, String name) {
    return String.format(
        Locale.ROOT,
        "%6d %-12s %10.2f %10.2f %16.2f %16.2f",
        size,
        name,
        p50,
        p99,
        toRemote,
        toHost);
  }

  /** How many times worse than {@code floor} each figure is. */
  Figures over(Figures floor) {
    return new Figures(
        p50 / floor.p50, p99 / floor.p99, floor.toRemote / toRemote, floor.toHost / toHost);
  }
}
