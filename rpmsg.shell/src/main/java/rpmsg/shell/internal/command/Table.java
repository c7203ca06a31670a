// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.util.ArrayList;
import java.util.List;

/** Rows of text in columns as wide as their widest cell, under a line of headings. */
final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();
  private final int[] widths;

  Table(String... headings) {
    widths = new int[headings.length];
    row(headings);
  }

  /** Adds a row with one cell for each heading; null is shown as a dash. */
  Table row(String... cells) {
    String[] row = new String[widths.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = cells[i] == null ? "-" : cells[i];
      widths[i] = Math.max(widths[i], row[i].length());
    }
    rows.add(row);
    return this;
  }

  /** Whether there is nothing under the headings. */
  boolean isEmpty() {
    return rows.size() == 1;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (String[] row : rows) {
      text.append(line(row).stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private String line(String[] row) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      line.append(row[i]).repeat(' ', widths[i] - row[i].length()).append(GAP);
    }
    return line.toString();
  }
}
