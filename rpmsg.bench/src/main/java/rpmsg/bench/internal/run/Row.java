// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that is measured.
 *
 * @param id as {@code --rows} knows it
 * @param kind what runs it
 * @param words what its nodes are told when they open a link, behind the doorbell
 * @param doorbell where it has one to configure, else null
 * @param links between its processes
 * @param sleeps whether a side that waits sleeps until there is something
 * @param bound what bounds it, for the reader of its figures
 */
record Row(
    String id,
    Kind kind,
    String words,
    Doorbell doorbell,
    int links,
    boolean sleeps,
    String bound) {
  /** The row that others are compared with, if it is measured. */
  static final String REFERENCE = "ours-poll-copy";

  /** The row with many endpoints, and the one with few that it is compared with. */
  static final String MANY = "endpoints-10000";

  static final String FEW = "endpoints-10";

  private static final int FLOODS = 16;
  private static final int IDLE = 64;

  /** What runs a row. */
  enum Kind {
    /** Two containers. */
    STACK,
    /** Two processes without a container. */
    PLAIN,
    /** A container, and a foreign client of the same shared memory. */
    AGAINST,
    /** Two containers with many links, which flood all at once. */
    FLOODS,
    /** Two containers with many links, over which nothing goes. */
    IDLE;

    /** Whether it is measured by turns with others; else by itself, when these are done. */
    boolean takesTurns() {
      return this != FLOODS && this != IDLE;
    }
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
    rows.add(endpoints(FEW, 10));
    rows.add(endpoints(MANY, 10_000));
    rows.add(
        plain(
            "bare",
            false,
            "cache lines that change owner: header and payload, and one index; two copies"));
    rows.add(
        plain(
            "aeron",
            false,
            "cache lines that change owner: 32 bytes of header, payload; the window, which the"
                + " media driver's thread moves on"));
    rows.add(
        plain("unix", true, "two system calls per message, and a wake-up where a side sleeps"));
    rows.add(plain("tcp", true, "as unix, and the protocol's work in the kernel"));
    rows.add(floods(Doorbell.POLL));
    rows.add(floods(Doorbell.FUTEX));
    for (Doorbell doorbell : Doorbell.values()) {
      rows.add(idle(doorbell));
    }
    return List.copyOf(rows);
  }

  private static Row stack(Doorbell doorbell, String api, String bound) {
    return new Row(
        "ours-%s-%s".formatted(doorbell.word(), api),
        Kind.STACK,
        api.toUpperCase(Locale.ROOT) + " 1",
        doorbell,
        1,
        doorbell.rings,
        doorbell == Doorbell.POLL ? bound : bound + WAKE_UPS);
  }

  private static Row endpoints(String id, int count) {
    return new Row(
        id,
        Kind.STACK,
        "COPY " + count,
        Doorbell.POLL,
        1,
        false,
        "as ours-poll-copy, and the cache misses of finding one of %,d endpoints".formatted(count));
  }

  private static Row floods(Doorbell doorbell) {
    return new Row(
        "floods-" + doorbell.word(),
        Kind.FLOODS,
        "COPY 1",
        doorbell,
        FLOODS,
        doorbell.rings,
        "how the kernel shares the processors among %d senders and %d receivers"
            .formatted(FLOODS, FLOODS));
  }

  private static Row idle(Doorbell doorbell) {
    return new Row(
        "idle-" + doorbell.word(),
        Kind.IDLE,
        "COPY 1",
        doorbell,
        IDLE,
        doorbell.rings,
        doorbell.rings
            ? "how often each of %d receive threads looks whether its peer is there".formatted(IDLE)
            : "one look into the memory of all %d transports every 25 ms, and as the other doorbells"
                .formatted(IDLE));
  }

  private static Row against(Doorbell doorbell) {
    return new Row(
        "against-" + doorbell.word(),
        Kind.AGAINST,
        "AGAINST",
        doorbell,
        1,
        doorbell.rings,
        "the slower of the two stacks; one way only where the client has the services for it");
  }

  private static Row plain(String carrier, boolean sleeps, String bound) {
    return new Row(carrier, Kind.PLAIN, carrier, null, 1, sleeps, bound);
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

  /** What a node is told to open a link over {@code file}. */
  String opening(Path file) {
    return doorbell == null ? words : doorbell.value(file) + " " + words;
  }

  /** Bytes of payload that it is measured with; 0 where nothing goes. */
  List<Integer> sizes(List<Integer> asked) {
    return switch (kind) {
      case STACK, PLAIN, AGAINST -> asked;
      case FLOODS -> asked.subList(0, 1);
      case IDLE -> List.of(0);
    };
  }

  private boolean matches(String word) {
    return id.equals(word) || id.startsWith(word + "-");
  }
}
