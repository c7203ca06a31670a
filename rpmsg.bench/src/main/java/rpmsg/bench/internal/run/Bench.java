// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import rpmsg.bench.internal.report.Metric;
import rpmsg.bench.internal.report.Results;

/**
 * A run: all rows are warmed up one after the other, then they take turns, round by round, so that
 * what the machine does meanwhile hits all alike.
 */
final class Bench implements AutoCloseable {
  private static final int WARM_UP_SIZE = 128;

  private final Options options;
  private final Setup setup;
  private final Timing timing;
  private final PrintStream progress;
  private final Map<Row, Pair> pairs = new ConcurrentHashMap<>();

  Bench(Options options, Setup setup, PrintStream progress) {
    this.options = options;
    this.setup = setup;
    this.timing = Timing.of(options);
    this.progress = progress;
  }

  Results run(List<Row> rows) throws BenchException, IOException {
    for (Row row : rows) {
      warmUp(row);
    }
    Results results =
        new Results(rows.stream().map(Row::id).toList(), options.sizes(), timing.rounds());
    for (int round = 0; round < timing.rounds(); round++) {
      progress.printf("round %d of %d:", round + 1, timing.rounds());
      for (Row row : rows) {
        progress.print(" " + row.id());
        progress.flush();
        measure(round, row, results);
      }
      progress.println();
    }
    return results;
  }

  private void warmUp(Row row) throws BenchException, IOException {
    progress.printf("warming up %s:", row.id());
    progress.flush();
    try {
      Pair pair =
          row.kind() == Row.Kind.AGAINST
              ? new AgainstPair(row, setup, options.against())
              : new NodePair(row, setup);
      pairs.put(row, pair);
      pair.open();
      WarmUp warmUp = new WarmUp(timing.leastWarmUps(), timing.mostWarmUps());
      while (!warmUp.isOver()) {
        Map<Metric, Double> figures = pair.measure(WARM_UP_SIZE, timing.warmUp());
        warmUp.add(figures);
        progress.printf(" %.2f", figures.get(Metric.P50));
        progress.flush();
      }
      pair.shut();
    } catch (BenchException failed) {
      throw new BenchException("row " + row.id() + ": " + failed.getMessage());
    }
    progress.println(" us");
  }

  private void measure(int round, Row row, Results results) throws BenchException {
    try {
      Pair pair = pairs.get(row);
      pair.open();
      for (int size : options.sizes()) {
        results.add(round, row.id(), size, pair.measure(size, timing));
      }
      pair.shut();
    } catch (BenchException failed) {
      throw new BenchException("row " + row.id() + ": " + failed.getMessage());
    }
  }

  /** Also while a run goes on. */
  @Override
  public void close() {
    pairs.values().parallelStream().forEach(Pair::close);
  }
}
