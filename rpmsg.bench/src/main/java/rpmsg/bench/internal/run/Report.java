// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.List;
import rpmsg.bench.internal.report.Results;
import rpmsg.bench.internal.report.Tables;

/** All that a run has to say, as text. */
final class Report {
  private Report() {}

  static String of(List<Row> rows, Results results) {
    Tables tables = new Tables(results);
    String reference =
        results.rows().contains(Row.REFERENCE) ? Row.REFERENCE : results.rows().getFirst();
    StringBuilder text = new StringBuilder();
    text.append("\nHow many times worse than %s (below 1: better)\n\n".formatted(reference));
    text.append(tables.ratios(reference));
    text.append("\nMedian of the rounds (least..most)\n\n").append(tables.absolute());
    text.append("\n%s\n".formatted(tables.noise()));
    text.append("\nCounted, in a flood and in round trips\n\n").append(tables.counts());
    text.append("\nWhat bounds each row\n\n");
    rows.forEach(row -> text.append("%-15s %s%n".formatted(row.id(), row.bound())));
    return text.toString();
  }
}
