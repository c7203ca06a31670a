// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowTest {

  private static List<String> selected(boolean against, String... words) throws UsageException {
    return Row.selected(Row.all(against), List.of(words)).stream().map(Row::id).toList();
  }

  @Test
  void everyDoorbellHasARowForEachApi() throws UsageException {
    for (Doorbell doorbell : Doorbell.values()) {
      for (String api : List.of("copy", "view", "hold")) {
        assertTrue(selected(false).contains("ours-" + doorbell.word() + "-" + api));
      }
    }
    assertTrue(selected(false).contains(Row.REFERENCE));
  }

  @Test
  void aBeginningSelectsAllThatHaveItUpToADash() throws UsageException {
    assertEquals(
        List.of("ours-poll-copy", "ours-poll-view", "ours-poll-hold"),
        selected(false, "ours-poll"));
    assertEquals(List.of("ours-unix-view", "unix"), selected(false, "unix", "ours-unix-view"));
  }

  @Test
  void aForeignClientIsARowOnlyWhereThereIsOne() throws UsageException {
    assertEquals(List.of("against-poll", "against-unix"), selected(true, "against"));
    assertThrows(UsageException.class, () -> selected(false, "against"));
  }

  @Test
  void aRowThatIsNotThereIsRefusedWithThoseThatAre() {
    UsageException refused = assertThrows(UsageException.class, () -> selected(false, "netty"));
    assertTrue(refused.getMessage().contains("netty"), refused.getMessage());
    assertTrue(refused.getMessage().contains("ours-poll-copy"), refused.getMessage());
  }

  private static Row row(String id) {
    return Row.all(true).stream().filter(row -> row.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void whatShowsScaleIsPartOfAPlainRun() throws UsageException {
    List<String> all = selected(false);
    assertTrue(
        all.containsAll(
            List.of(
                Row.FEW,
                Row.MANY,
                "floods-poll",
                "floods-futex",
                "idle-poll",
                "idle-futex",
                "idle-unix")));
    assertEquals(List.of(Row.FEW, Row.MANY), selected(false, "endpoints"));
    assertEquals(List.of("floods-poll", "floods-futex"), selected(false, "floods"));
  }

  @Test
  void rowsOfManyLinksComeAfterThoseThatTakeTurns() {
    List<Boolean> turns = Row.all(true).stream().map(row -> row.kind().takesTurns()).toList();
    assertTrue(turns.lastIndexOf(true) < turns.indexOf(false), turns.toString());
    assertEquals(16, row("floods-futex").links());
    assertEquals(64, row("idle-futex").links());
    assertEquals(1, row(Row.MANY).links());
  }

  @Test
  void whereNothingGoesThereIsNoSizeAndAFloodOfManyHasOne() {
    List<Integer> asked = List.of(128, 496);
    assertEquals(asked, row(Row.MANY).sizes(asked));
    assertEquals(List.of(128), row("floods-poll").sizes(asked));
    assertEquals(List.of(0), row("idle-poll").sizes(asked));
  }

  @Test
  void aSideThatPollsOrSpinsDoesNotSleep() {
    List<String> sleeping =
        Row.all(true).stream()
            .filter(row -> row.kind().takesTurns() && row.sleeps())
            .map(Row::id)
            .toList();
    assertEquals(
        List.of(
            "ours-futex-copy",
            "ours-futex-view",
            "ours-futex-hold",
            "ours-unix-copy",
            "ours-unix-view",
            "ours-unix-hold",
            "against-unix",
            "unix",
            "tcp"),
        sleeping);
  }

  @Test
  void aNodeIsToldTheDoorbellIfThereIsOneAndThenTheWords() {
    Path file = Path.of("/dev/shm/x");
    assertEquals("poll COPY 10000", row(Row.MANY).opening(file));
    assertEquals("unix:/dev/shm/x.bell AGAINST", row("against-unix").opening(file));
    assertEquals("bare", row("bare").opening(file));
  }

  @Test
  void theReaderIsToldWhatBoundsEachRow() {
    assertFalse(Row.all(true).stream().anyMatch(row -> row.bound().isEmpty()));
  }

  @Test
  void aDoorbellsValueIsWhatConfigurationTakes() {
    Path file = Path.of("/dev/shm/x");
    assertEquals("poll", Doorbell.POLL.value(file));
    assertEquals("futex", Doorbell.FUTEX.value(file));
    assertEquals("unix:/dev/shm/x.bell", Doorbell.UNIX.value(file));
  }
}
