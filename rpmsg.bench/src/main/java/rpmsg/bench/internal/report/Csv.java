// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.util.Locale;

/** Every value of every round, for programs. */
public final class Csv {
  private Csv() {}

  /** One line per value, under a line of names. */
  public static String of(Results results) {
    StringBuilder text = new StringBuilder("row,bytes,metric,unit,round,value\n");
    for (String row : results.rows()) {
      for (int size : results.sizes()) {
        for (Metric metric : Metric.values()) {
          lines(text, results.series(row, size, metric), row, size, metric);
        }
      }
    }
    return text.toString();
  }

  private static void lines(
      StringBuilder text, Series series, String row, int size, Metric metric) {
    double[] values = series.values();
    for (int round = 0; round < values.length; round++) {
      if (!Double.isNaN(values[round])) {
        text.append(
            String.format(
                Locale.ROOT,
                "%s,%d,%s,%s,%d,%s%n",
                row,
                size,
                metric.name().toLowerCase(Locale.ROOT),
                metric.unit,
                round + 1,
                values[round]));
      }
    }
  }
}
