// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessorTimeTest {

  private static final long PID = ProcessHandle.current().pid();

  @Test
  void whatAThreadRunsIsCountedAndNotMore() throws Exception {
    long start = System.nanoTime();
    ProcessorTime before = ProcessorTime.of(PID);
    long spun = System.nanoTime() + 100_000_000;
    while (System.nanoTime() - spun < 0) {
      Thread.onSpinWait();
    }
    long ran = ProcessorTime.of(PID).since(before);
    long most = (System.nanoTime() - start) * Runtime.getRuntime().availableProcessors();
    assertTrue(1_000_000 < ran && ran <= most + 10_000_000, ran + " of " + most);
  }

  @Test
  void aThreadThatHasEndedTakesNothingAwayFromTheOthers() {
    ProcessorTime before = new ProcessorTime(Map.of("1", 50L, "2", 1_000L));
    ProcessorTime now = new ProcessorTime(Map.of("1", 60L, "3", 5L));
    assertEquals(15, now.since(before));
  }
}
