// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** Two containers with many links, over which all flood at once: whether each gets its share. */
final class FloodPair implements Pair {
  private final Row row;
  private final Nodes nodes;

  FloodPair(Row row, Setup setup) throws IOException {
    this.row = row;
    nodes = new Nodes(row, setup);
  }

  @Override
  public void open() throws BenchException {
    nodes.open(row.links());
  }

  @Override
  public Map<Metric, Double> measure(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    double micros = (timing.warmNanos() + timing.nanos()) / 1e3;
    Nodes.OneWay flood = Nodes.flood(nodes.driver(), nodes.device(), size, timing);
    figures.put(Metric.TO_DEVICE, flood.counted().number("rate"));
    DoubleSummaryStatistics shares = shares(flood);
    figures.put(Metric.LEAST_TO_DEVICE, shares.getMin() / micros);
    figures.put(Metric.MOST_TO_DEVICE, shares.getMax() / micros);
    figures.put(Metric.UNEVEN_TO_DEVICE, shares.getMax() / shares.getMin());
    flood = Nodes.flood(nodes.device(), nodes.driver(), size, timing);
    figures.put(Metric.TO_DRIVER, flood.counted().number("rate"));
    shares = shares(flood);
    figures.put(Metric.LEAST_TO_DRIVER, shares.getMin() / micros);
    figures.put(Metric.MOST_TO_DRIVER, shares.getMax() / micros);
    figures.put(Metric.UNEVEN_TO_DRIVER, shares.getMax() / shares.getMin());
    return figures;
  }

  private static DoubleSummaryStatistics shares(Nodes.OneWay flood) throws BenchException {
    return Arrays.stream(flood.counted().numbers("count")).summaryStatistics();
  }

  @Override
  public void shut() throws BenchException {
    nodes.shut();
  }

  @Override
  public void close() {
    nodes.close();
  }
}
