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
    section(
        text,
        "How many times worse than %s (below 1: better)".formatted(reference),
        tables.ratios(reference));
    section(
        text,
        "How many times worse %s is than %s (least..most)".formatted(Row.MANY, Row.FEW),
        tables.ratios(Row.FEW, Row.MANY));
    section(text, "Median of the rounds (least..most)", tables.absolute());
    section(text, "Round trips that find both sides asleep, median (least..most)", tables.woken());
    section(
        text,
        "What each of many transports carries while all flood, median (least..most)",
        tables.floods());
    section(text, "What many transports cost that carry nothing", tables.idle());
    section(text, "Counted, in a flood and in round trips", tables.counts());
    text.append("\n%s\n".formatted(tables.noise()));
    text.append("\nWhat bounds each row\n\n");
    rows.forEach(row -> text.append("%-15s %s%n".formatted(row.id(), row.bound())));
    return text.toString();
  }

  /** Nothing where there is nothing to say. */
  private static void section(StringBuilder text, String title, String table) {
    if (!table.isEmpty()) {
      text.append("\n%s\n\n%s".formatted(title, table));
    }
  }
}
