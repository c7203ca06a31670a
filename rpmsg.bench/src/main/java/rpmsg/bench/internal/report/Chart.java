// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The figures as a picture, SVG: for each size the round trips on the left, the rates on the right,
 * a bar per row, with a line from the least to the most of all rounds. Scales are logarithmic,
 * since rows that sleep differ from rows that poll by two orders of magnitude.
 */
public final class Chart {
  private static final int LABELS = 130;
  private static final int PANEL = 380;
  private static final int GAP = 40;
  private static final int BAR = 16;
  private static final int HEADING = 44;
  private static final int WIDTH = LABELS + 2 * PANEL + 2 * GAP;
  private static final String OURS = "(ours|endpoints|floods)-.*";
  private static final List<Metric> ROUND_TRIPS = List.of(Metric.P50);
  private static final List<Metric> RATES = List.of(Metric.TO_DEVICE, Metric.TO_DRIVER);

  private final Results results;
  private final StringBuilder svg = new StringBuilder();

  private Chart(Results results) {
    this.results = results;
  }

  /** The whole file. */
  public static String of(Results results) {
    return new Chart(results).draw();
  }

  private String draw() {
    List<Integer> sizes = results.sizes().stream().filter(size -> !rows(size).isEmpty()).toList();
    int height = sizes.stream().mapToInt(this::height).sum();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"
             font-family="sans-serif" font-size="11">
        <rect width="100%%" height="100%%" fill="white"/>
        """
            .formatted(WIDTH, height, WIDTH, height));
    int top = 0;
    for (int size : sizes) {
      drawLabels(top, size);
      panel(
          LABELS,
          top,
          "%d bytes: round trip p50, microseconds (less is better)".formatted(size),
          ROUND_TRIPS,
          size);
      panel(
          LABELS + PANEL + GAP,
          top,
          "%d bytes: million messages a second, to device and to driver".formatted(size),
          RATES,
          size);
      top += height(size);
    }
    return svg.append("</svg>\n").toString();
  }

  private List<String> rows(int size) {
    return results.rows(size, Stream.concat(ROUND_TRIPS.stream(), RATES.stream()).toList());
  }

  private int height(int size) {
    return HEADING + BAR * rows(size).size() + 16;
  }

  private void drawLabels(int top, int size) {
    int y = top + HEADING;
    for (String row : rows(size)) {
      text(LABELS - 6, y + BAR - 5, "end", row);
      y += BAR;
    }
  }

  private void panel(int left, int top, String title, List<Metric> metrics, int size) {
    text(left, top + 28, "start", title);
    LogScale scale = scale(metrics, size);
    int y = top + HEADING;
    for (String row : rows(size)) {
      int thick = (BAR - 3) / metrics.size();
      for (int i = 0; i < metrics.size(); i++) {
        bar(left, y + i * thick, thick, row, results.series(row, size, metrics.get(i)), scale);
      }
      y += BAR;
    }
  }

  private LogScale scale(List<Metric> metrics, int size) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (String row : results.rows()) {
      for (Metric metric : metrics) {
        Series series = results.series(row, size, metric);
        if (!series.isEmpty()) {
          least = Math.min(least, series.min());
          most = Math.max(most, series.max());
        }
      }
    }
    return new LogScale(least / 2, most, PANEL - 60);
  }

  private void bar(int left, int y, int thick, String row, Series series, LogScale scale) {
    if (series.isEmpty()) {
      return;
    }
    double end = left + scale.at(series.median());
    svg.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
            left,
            y,
            end - left,
            thick - 1,
            row.matches(OURS) ? "#2a6fb0" : "#a8a8a8"));
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>%n",
            left + scale.at(series.min()),
            left + scale.at(series.max()),
            y + thick / 2.0,
            y + thick / 2.0));
    double textAt = left + scale.at(series.max()) + 4;
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%d\" font-size=\"%d\">%s</text>%n",
            textAt,
            y + thick - 1,
            Math.min(10, thick + 3),
            Tables.number(series.median())));
  }

  private void text(int x, int y, String anchor, String words) {
    svg.append(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n"
            .formatted(x, y, anchor, escaped(words)));
  }

  private static String escaped(String words) {
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Pixels for values from {@code least} to {@code most}. */
  private record LogScale(double least, double most, int pixels) {
    double at(double value) {
      return pixels * Math.log(value / least) / Math.log(most / least);
    }
  }
}
