// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** Two nodes of one kind with one link: round trips, and floods in both directions. */
final class MessagePair extends NodesPair {
  MessagePair(Row row, Setup setup) throws IOException {
    super(row, setup);
  }

  @Override
  public Map<Metric, Double> measure(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    nodes.device().ask("echo " + size);
    Pair.roundTrips(nodes.driver(), size, timing, figures);
    nodes.device().ask("end");
    for (Direction direction : Direction.values()) {
      nodes.flood(direction, size, timing, figures);
    }
    return figures;
  }

  @Override
  public Map<Metric, Double> woken(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    if (row.sleeps()) {
      nodes.device().ask("echo " + size);
      Answer played = Pair.woken(nodes.driver(), size, timing, figures);
      Answer echoed = nodes.device().ask("end");
      if (played.has("doorbells")) {
        double rung = played.number("doorbells") + echoed.number("doorbells");
        figures.put(Metric.WOKEN_DOORBELLS, rung / played.number("sent"));
      }
    }
    return figures;
  }
}
