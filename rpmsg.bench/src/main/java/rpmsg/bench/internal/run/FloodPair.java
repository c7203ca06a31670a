// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** Two containers with many links, over which all flood at once: whether each gets its share. */
final class FloodPair extends NodesPair {
  FloodPair(Row row, Setup setup) throws IOException {
    super(row, setup);
  }

  @Override
  public Map<Metric, Double> measure(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    for (Direction direction : Direction.values()) {
      shares(nodes.flood(direction, size, timing, figures), direction, timing, figures);
    }
    return figures;
  }

  private static void shares(
      double[] messages, Direction direction, Timing timing, Map<Metric, Double> figures) {
    DoubleSummaryStatistics shares = Arrays.stream(messages).summaryStatistics();
    double micros = (timing.warmNanos() + timing.nanos()) / 1e3;
    figures.put(direction.least, shares.getMin() / micros);
    figures.put(direction.most, shares.getMax() / micros);
    figures.put(direction.uneven, shares.getMax() / shares.getMin());
  }
}
