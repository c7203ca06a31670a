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

  @Test
  void theReaderIsToldWhatBoundsEachRow() {
    assertFalse(Row.all(true).stream().anyMatch(row -> row.bound().isEmpty()));
  }

  @Test
  void aDoorbellsValueIsWhatConfigurationTakes() {
    Path folder = Path.of("/dev/shm/x");
    assertEquals("poll", Doorbell.POLL.value(folder));
    assertEquals("futex", Doorbell.FUTEX.value(folder));
    assertEquals("unix:/dev/shm/x/bell", Doorbell.UNIX.value(folder));
  }
}
