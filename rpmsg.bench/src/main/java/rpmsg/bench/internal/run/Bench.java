// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import rpmsg.bench.internal.report.Metric;
import rpmsg.bench.internal.report.Results;

/**
 * A run: rows are warmed up one after the other, then they take turns, round by round, so that what
 * the machine does meanwhile hits all alike. Rows of many links come after that, each by itself.
 */
final class Bench implements AutoCloseable {
  private static final int WARM_UP_SIZE = 128;

  private final Options options;
  private final Setup setup;
  private final Timing turns;
  private final Timing alone;
  private final PrintStream progress;
  private final Map<Row, Pair> pairs = new ConcurrentHashMap<>();

  Bench(Options options, Setup setup, PrintStream progress) {
    this.options = options;
    this.setup = setup;
    this.turns = Timing.of(options);
    this.alone = Timing.alone(options);
    this.progress = progress;
  }

  Results run(List<Row> rows) throws BenchException, IOException {
    Results results = new Results(rows.stream().map(Row::id).toList(), turns.rounds());
    byTurns(rows.stream().filter(row -> row.kind().takesTurns()).toList(), results);
    close();
    for (Row row : rows) {
      if (!row.kind().takesTurns()) {
        alone(row, results);
      }
    }
    return results;
  }

  private void byTurns(List<Row> rows, Results results) throws BenchException, IOException {
    for (Row row : rows) {
      start(row);
      warmUp(row);
    }
    for (int round = 0; round < turns.rounds() && !rows.isEmpty(); round++) {
      progress.printf("round %d of %d:", round + 1, turns.rounds());
      for (Row row : rows) {
        progress.print(" " + row.id());
        progress.flush();
        measure(round, row, turns, results);
      }
      progress.println();
    }
  }

  /** The heap of a container is that of a new one once only. */
  private void alone(Row row, Results results) throws BenchException, IOException {
    start(row);
    int rounds = 1;
    if (row.kind() == Row.Kind.FLOODS) {
      warmUp(row);
      rounds = alone.rounds();
    }
    progress.printf("measuring %s%n", row.id());
    for (int round = 0; round < rounds; round++) {
      measure(round, row, alone, results);
    }
    close();
  }

  private void start(Row row) throws IOException {
    pairs.put(
        row,
        switch (row.kind()) {
          case STACK, PLAIN -> new MessagePair(row, setup);
          case AGAINST -> new AgainstPair(row, setup, options.against());
          case FLOODS -> new FloodPair(row, setup);
          case IDLE -> new IdlePair(row, setup);
        });
  }

  private void warmUp(Row row) throws BenchException {
    progress.printf("warming up %s:", row.id());
    progress.flush();
    try {
      Pair pair = pairs.get(row);
      pair.open();
      WarmUp warmUp = new WarmUp(turns.leastWarmUps(), turns.mostWarmUps());
      while (!warmUp.isOver()) {
        Map<Metric, Double> figures = pair.measure(WARM_UP_SIZE, turns.warmUp());
        warmUp.add(figures);
        progress.print(" " + progress(figures));
        progress.flush();
      }
      pair.shut();
    } catch (BenchException failed) {
      throw new BenchException("row " + row.id() + ": " + failed.getMessage());
    }
    progress.println();
  }

  private static String progress(Map<Metric, Double> figures) {
    Metric metric = figures.containsKey(Metric.P50) ? Metric.P50 : Metric.TO_DEVICE;
    return String.format(Locale.ROOT, "%.2f %s", figures.get(metric), metric.unit);
  }

  private void measure(int round, Row row, Timing timing, Results results) throws BenchException {
    try {
      Pair pair = pairs.get(row);
      pair.open();
      List<Integer> sizes = row.sizes(options.sizes());
      for (int size : sizes) {
        results.add(round, row.id(), size, pair.measure(size, timing));
      }
      results.add(round, row.id(), sizes.getFirst(), pair.woken(sizes.getFirst(), timing));
      pair.shut();
    } catch (BenchException failed) {
      throw new BenchException("row " + row.id() + ": " + failed.getMessage());
    }
  }

  /** Also while a run goes on. */
  @Override
  public void close() {
    pairs.values().parallelStream().forEach(Pair::close);
    pairs.clear();
  }
}
