// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.EnumMap;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** The processes of one row, there for the whole run and idle while it is the turn of others. */
interface Pair extends AutoCloseable {
  /** How much longer is measured what is mostly pauses, or nothing else, than what is not. */
  int LONGER = 4;

  /** Opens the way between them. */
  void open() throws BenchException;

  /** All figures of one size, once. */
  Map<Metric, Double> measure(int size, Timing timing) throws BenchException;

  /**
   * What round trips take that find both sides asleep, where they sleep. The size of the message
   * makes no difference there; the time is longer, since most of it is pauses.
   */
  default Map<Metric, Double> woken(int size, Timing timing) throws BenchException {
    return Map.of();
  }

  /** Closes the way; nothing of the row uses a processor from here on. */
  void shut() throws BenchException;

  @Override
  void close();

  /** An empty map of figures. */
  static Map<Metric, Double> figures() {
    return new EnumMap<>(Metric.class);
  }

  /** Has a node play with the echo at the other end. */
  static void roundTrips(NodeProcess node, int size, Timing timing, Map<Metric, Double> figures)
      throws BenchException {
    Answer answer = node.ask("ping %d %d %d".formatted(size, timing.warmNanos(), timing.nanos()));
    figures.put(Metric.P50, answer.number("p50"));
    figures.put(Metric.P99, answer.number("p99"));
    figures.put(Metric.MAX, answer.number("max"));
    figures.put(Metric.ROUND_TRIP_BYTES, answer.number("bytes"));
  }

  /** The same with pauses in which both sides fall asleep; returns the answer of the node. */
  static Answer woken(NodeProcess node, int size, Timing timing, Map<Metric, Double> figures)
      throws BenchException {
    long nanos = LONGER * timing.nanos();
    Answer answer = node.ask("woken %d %d %d".formatted(size, timing.warmNanos(), nanos));
    figures.put(Metric.WOKEN_P50, answer.number("p50"));
    figures.put(Metric.WOKEN_P99, answer.number("p99"));
    figures.put(Metric.WOKEN_MAX, answer.number("max"));
    return answer;
  }

  /**
   * Checks that a flood came through.
   *
   * @throws BenchException when a message was lost, doubled, torn or overtaken
   */
  static void check(Answer flood, Answer counted) throws BenchException {
    if (!flood.text("sent").equals(counted.text("count")) || !counted.text("wrong").equals("0")) {
      throw new BenchException(
          "%s messages sent, %s counted, %s wrong"
              .formatted(flood.text("sent"), counted.text("count"), counted.text("wrong")));
    }
  }
}
