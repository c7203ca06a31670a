// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** Rounds whose figures count for nothing, until the last of them are alike. */
final class WarmUp {
  private static final int ALIKE_ROUNDS = 3;
  private static final double ALIKE = 1.1;
  private static final List<Metric> COMPARED =
      List.of(Metric.P50, Metric.TO_DEVICE, Metric.TO_DRIVER);

  private final int least;
  private final int most;
  private final List<Map<Metric, Double>> done = new ArrayList<>();

  /**
   * No round yet.
   *
   * @param least rounds: code that was compiled once can be alike for a while before it is compiled
   *     again
   * @param most rounds, alike or not
   */
  WarmUp(int least, int most) {
    this.least = least;
    this.most = most;
  }

  void add(Map<Metric, Double> figures) {
    done.add(figures);
  }

  boolean isOver() {
    return done.size() >= most || done.size() >= least && alike();
  }

  private boolean alike() {
    if (done.size() < ALIKE_ROUNDS) {
      return false;
    }
    List<Map<Metric, Double>> last = done.subList(done.size() - ALIKE_ROUNDS, done.size());
    return COMPARED.stream().allMatch(metric -> alike(last, metric));
  }

  /** A figure that is not measured does not differ. */
  private static boolean alike(List<Map<Metric, Double>> rounds, Metric metric) {
    double[] values =
        rounds.stream().mapToDouble(m -> m.getOrDefault(metric, 1.0)).sorted().toArray();
    return values[ALIKE_ROUNDS - 1] <= ALIKE * values[0];
  }
}
