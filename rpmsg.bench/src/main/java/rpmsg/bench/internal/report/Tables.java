// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a run found, as text: ratios first, then absolute numbers, then what was counted. */
public final class Tables {
  private static final String NONE = "-";
  private static final double NOISY = 1.3;
  private static final List<Metric> COMPARED =
      List.of(Metric.P50, Metric.P99, Metric.TO_DEVICE, Metric.TO_DRIVER);

  private final Results results;

  public Tables(Results results) {
    this.results = results;
  }

  /** How many times worse than the reference each row is; below 1 it is better. */
  public String ratios(String reference) {
    Table table = new Table(headings(metric -> metric.title));
    each((size, row) ->
        table.add(cells(size, row, m -> ratio(results.worse(row, reference, size, m).median()))));
    return table.toString();
  }

  /** Medians, with the least and the most of all rounds. */
  public String absolute() {
    Table table = new Table(headings(metric -> metric.title + ", " + metric.unit));
    each((size, row) ->
        table.add(cells(size, row, metric -> spread(results.series(row, size, metric)))));
    return table.toString();
  }

  /** The longest round trip, bytes allocated and doorbells rung. */
  public String counts() {
    List<Metric> counted =
        List.of(
            Metric.MAX,
            Metric.SEND_BYTES,
            Metric.RECEIVE_BYTES,
            Metric.ROUND_TRIP_BYTES,
            Metric.DOORBELLS_TO_DEVICE,
            Metric.DOORBELLS_TO_DRIVER);
    Table table =
        new Table(
            "bytes",
            "row",
            "longest us",
            "B/message sent",
            "B/message received",
            "B/round trip",
            "doorbells/message to device",
            "to driver");
    each((size, row) ->
        table.add(cells(size, row, counted, m -> number(most(results.series(row, size, m), m)))));
    return table.toString();
  }

  /** How far the rounds agree, in words. */
  public String noise() {
    List<Series> all = new ArrayList<>();
    each((size, row) -> COMPARED.forEach(metric -> all.add(results.series(row, size, metric))));
    List<Series> compared = all.stream().filter(series -> !series.isEmpty()).toList();
    long noisy = compared.stream().filter(s -> s.max() > NOISY * s.min()).count();
    return "%d of %d figures differ by more than %.0f %% between rounds"
        .formatted(noisy, compared.size(), 100 * (NOISY - 1));
  }

  private static double most(Series series, Metric metric) {
    return metric == Metric.MAX ? series.max() : series.median();
  }

  private interface Line {
    void of(int size, String row);
  }

  private void each(Line line) {
    for (int size : results.sizes()) {
      for (String row : results.rows()) {
        line.of(size, row);
      }
    }
  }

  private static String[] headings(Function<Metric, String> text) {
    return Stream.concat(Stream.of("bytes", "row"), COMPARED.stream().map(text))
        .toArray(String[]::new);
  }

  private static String[] cells(int size, String row, Function<Metric, String> cell) {
    return cells(size, row, COMPARED, cell);
  }

  private static String[] cells(
      int size, String row, List<Metric> metrics, Function<Metric, String> cell) {
    return Stream.concat(Stream.of("" + size, row), metrics.stream().map(cell))
        .toArray(String[]::new);
  }

  private static String ratio(double value) {
    return Double.isNaN(value) ? NONE : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String spread(Series series) {
    return series.isEmpty()
        ? NONE
        : "%s (%s..%s)"
            .formatted(number(series.median()), number(series.min()), number(series.max()));
  }

  /** Three digits that count. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return NONE;
    }
    int decimals = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
    if (value != 0 && Math.abs(value) < 0.1) {
      decimals = 4;
    }
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
