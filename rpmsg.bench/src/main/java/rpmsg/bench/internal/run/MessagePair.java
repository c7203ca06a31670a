// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** Two nodes of one kind with one link: round trips, and floods in both directions. */
final class MessagePair implements Pair {
  private final Row row;
  private final Nodes nodes;

  MessagePair(Row row, Setup setup) throws IOException {
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
    NodeProcess driver = nodes.driver();
    NodeProcess device = nodes.device();
    device.ask("echo " + size);
    Pair.roundTrips(driver, size, timing, figures);
    device.ask("end");
    if (row.sleeps()) {
      woken(size, timing, figures);
    }
    oneWay(driver, device, size, timing, figures, Metric.TO_DEVICE, Metric.DOORBELLS_TO_DEVICE);
    oneWay(device, driver, size, timing, figures, Metric.TO_DRIVER, Metric.DOORBELLS_TO_DRIVER);
    return figures;
  }

  private void woken(int size, Timing timing, Map<Metric, Double> figures) throws BenchException {
    nodes.device().ask("echo " + size);
    Answer played = Pair.woken(nodes.driver(), size, timing, figures);
    Answer echoed = nodes.device().ask("end");
    if (played.has("doorbells")) {
      double rung = played.number("doorbells") + echoed.number("doorbells");
      figures.put(Metric.WOKEN_DOORBELLS, rung / played.number("count"));
    }
  }

  private static void oneWay(
      NodeProcess from,
      NodeProcess to,
      int size,
      Timing timing,
      Map<Metric, Double> figures,
      Metric rate,
      Metric doorbells)
      throws BenchException {
    Nodes.OneWay flood = Nodes.flood(from, to, size, timing);
    figures.put(rate, flood.counted().number("rate"));
    figures.merge(Metric.SEND_BYTES, flood.sent().number("bytes"), Math::max);
    figures.merge(Metric.RECEIVE_BYTES, flood.counted().number("bytes"), Math::max);
    if (flood.sent().has("doorbells")) {
      double rung = flood.sent().number("doorbells") + flood.counted().number("doorbells");
      figures.put(doorbells, rung / flood.sent().number("sent"));
    }
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
