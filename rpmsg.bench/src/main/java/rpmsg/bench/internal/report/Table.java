// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.util.ArrayList;
import java.util.List;

/** Text in columns: the first two to the left, the others to the right. */
final class Table {
  private static final int LEFT = 2;

  private final List<List<String>> lines = new ArrayList<>();

  Table(String... headings) {
    add(headings);
  }

  Table add(String... cells) {
    lines.add(List.of(cells));
    return this;
  }

  /** Whether there are but headings. */
  boolean isEmpty() {
    return lines.size() == 1;
  }

  @Override
  public String toString() {
    int columns = lines.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String space = " ".repeat(widths[i] - line.get(i).length());
        row.append(i < LEFT ? line.get(i) + space : space + line.get(i)).append("  ");
      }
      text.append(row.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
