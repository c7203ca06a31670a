// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that is measured.
 *
 * @param id as {@code --rows} knows it
 * @param kind what runs it
 * @param words what its nodes are told when they open it
 * @param doorbell where it has one to configure, else null
 * @param bound what bounds it, for the reader of its figures
 */
record Row(String id, Kind kind, String words, Doorbell doorbell, String bound) {
  /** The row that others are compared with, if it is measured. */
  static final String REFERENCE = "ours-poll-copy";

  /** What runs a row. */
  enum Kind {
    /** Two containers. */
    STACK,
    /** Two processes without a container. */
    PLAIN,
    /** A container, and a foreign client of the same shared memory. */
    AGAINST
  }

  private static final String COPYING =
      "cache lines that change owner: header and payload, descriptor, ring entry, index; two"
          + " copies";
  private static final String IN_PLACE =
      "the same cache lines without the copies, but two critical sections to send";
  private static final String HELD =
      "the same, and a hold and a release per message (three atomic operations)";
  private static final String WAKE_UPS =
      "; where a side sleeps, one wake-up across cores for each doorbell";

  /** All rows of a run, in the order in which they take turns. */
  static List<Row> all(boolean against) {
    List<Row> rows = new ArrayList<>();
    for (Doorbell doorbell : Doorbell.values()) {
      rows.add(stack(doorbell, "copy", COPYING));
      rows.add(stack(doorbell, "view", IN_PLACE));
      rows.add(stack(doorbell, "hold", HELD));
      if (against && doorbell.common) {
        rows.add(against(doorbell));
      }
    }
    rows.add(
        plain(
            "bare",
            "cache lines that change owner: header and payload, and one index; two copies"));
    rows.add(
        plain(
            "aeron",
            "cache lines that change owner: 32 bytes of header, payload; the window, which the"
                + " media driver's thread moves on"));
    rows.add(plain("unix", "two system calls per message, and a wake-up where a side sleeps"));
    rows.add(plain("tcp", "as unix, and the protocol's work in the kernel"));
    return List.copyOf(rows);
  }

  private static Row stack(Doorbell doorbell, String api, String bound) {
    return new Row(
        "ours-%s-%s".formatted(doorbell.word(), api),
        Kind.STACK,
        api.toUpperCase(Locale.ROOT),
        doorbell,
        doorbell == Doorbell.POLL ? bound : bound + WAKE_UPS);
  }

  private static Row against(Doorbell doorbell) {
    return new Row(
        "against-" + doorbell.word(),
        Kind.AGAINST,
        "AGAINST",
        doorbell,
        "the slower of the two stacks; one way only where the client has the services for it");
  }

  private static Row plain(String carrier, String bound) {
    return new Row(carrier, Kind.PLAIN, carrier, null, bound);
  }

  /** Those of {@code rows} that are asked for. */
  static List<Row> selected(List<Row> rows, List<String> words) throws UsageException {
    for (String word : words) {
      if (rows.stream().noneMatch(row -> row.matches(word))) {
        throw new UsageException(
            "--rows %s: there is no such row; there are %s"
                .formatted(word, String.join(", ", rows.stream().map(Row::id).toList())));
      }
    }
    return rows.stream()
        .filter(row -> words.isEmpty() || words.stream().anyMatch(row::matches))
        .toList();
  }

  private boolean matches(String word) {
    return id.equals(word) || id.startsWith(word + "-");
  }
}
