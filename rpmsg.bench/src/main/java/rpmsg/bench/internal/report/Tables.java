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
  private static final List<Metric> WOKEN =
      List.of(Metric.WOKEN_P50, Metric.WOKEN_P99, Metric.WOKEN_MAX, Metric.WOKEN_DOORBELLS);
  private static final List<Metric> FLOODS =
      List.of(
          Metric.LEAST_TO_DEVICE,
          Metric.MOST_TO_DEVICE,
          Metric.UNEVEN_TO_DEVICE,
          Metric.LEAST_TO_DRIVER,
          Metric.MOST_TO_DRIVER,
          Metric.UNEVEN_TO_DRIVER);
  private static final List<Metric> IDLE =
      List.of(Metric.IDLE_DRIVER, Metric.IDLE_DEVICE, Metric.HEAP_DRIVER, Metric.HEAP_DEVICE);
  private static final List<Metric> COUNTED =
      List.of(
          Metric.MAX,
          Metric.SEND_BYTES,
          Metric.RECEIVE_BYTES,
          Metric.ROUND_TRIP_BYTES,
          Metric.DOORBELLS_TO_DEVICE,
          Metric.DOORBELLS_TO_DRIVER);

  private final Results results;

  public Tables(Results results) {
    this.results = results;
  }

  /** How many times worse than the reference each row is; below 1 it is better. */
  public String ratios(String reference) {
    return table(COMPARED, m -> m.title, (row, size, m) -> ratio(row, reference, size, m));
  }

  /** How many times worse than the reference one row is; empty where one of the two is missing. */
  public String ratios(String reference, String compared) {
    if (!results.rows().containsAll(List.of(reference, compared))) {
      return "";
    }
    return table(
        COMPARED,
        List.of(compared),
        m -> m.title,
        (row, size, m) -> spread(results.worse(row, reference, size, m)));
  }

  /** Medians, with the least and the most of all rounds. */
  public String absolute() {
    return medians(COMPARED);
  }

  /** Round trips that wake both sides; empty where there are none. */
  public String woken() {
    return medians(WOKEN);
  }

  /** What each of many transports carries while all flood; empty where there are none. */
  public String floods() {
    return medians(FLOODS);
  }

  /** What transports cost that carry nothing; empty where there are none. */
  public String idle() {
    return table(
        IDLE, Tables::heading, (row, size, m) -> number(results.series(row, size, m).median()));
  }

  /** The longest round trip, bytes allocated and doorbells rung. */
  public String counts() {
    return table(
        COUNTED,
        Tables::heading,
        (row, size, metric) -> number(most(results.series(row, size, metric), metric)));
  }

  /** How far the rounds agree, in words. */
  public String noise() {
    List<Series> all = new ArrayList<>();
    for (int size : results.sizes()) {
      for (String row : results.rows()) {
        COMPARED.forEach(metric -> all.add(results.series(row, size, metric)));
      }
    }
    List<Series> compared = all.stream().filter(series -> !series.isEmpty()).toList();
    long noisy = compared.stream().filter(s -> s.max() > NOISY * s.min()).count();
    return "%d of %d figures differ by more than %.0f %% between rounds"
        .formatted(noisy, compared.size(), 100 * (NOISY - 1));
  }

  private static double most(Series series, Metric metric) {
    return metric == Metric.MAX ? series.max() : series.median();
  }

  private interface Cell {
    String of(String row, int size, Metric metric);
  }

  private String medians(List<Metric> metrics) {
    return table(metrics, Tables::heading, (row, size, m) -> spread(results.series(row, size, m)));
  }

  private String table(List<Metric> metrics, Function<Metric, String> heading, Cell cell) {
    return table(metrics, results.rows(), heading, cell);
  }

  /** A line for each size and row that have one of the figures; empty where none has. */
  private String table(
      List<Metric> metrics, List<String> rows, Function<Metric, String> heading, Cell cell) {
    Table table = new Table(line("bytes", "row", metrics, heading));
    for (int size : results.sizes()) {
      for (String row : results.rows(size, metrics)) {
        if (rows.contains(row)) {
          table.add(line("" + size, row, metrics, metric -> cell.of(row, size, metric)));
        }
      }
    }
    return table.isEmpty() ? "" : table.toString();
  }

  private static String[] line(
      String first, String second, List<Metric> metrics, Function<Metric, String> cell) {
    return Stream.concat(Stream.of(first, second), metrics.stream().map(cell))
        .toArray(String[]::new);
  }

  private static String heading(Metric metric) {
    return metric.unit.isEmpty() ? metric.title : metric.title + ", " + metric.unit;
  }

  private String ratio(String row, String reference, int size, Metric metric) {
    double value = results.worse(row, reference, size, metric).median();
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
