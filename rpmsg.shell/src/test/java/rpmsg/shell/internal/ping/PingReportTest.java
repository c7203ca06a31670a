// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.ping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PingReportTest {
  private static PingReport report(int count, int received, int bad, long... times) {
    return PingReport.of("demo", count, count, received, bad, times, null);
  }

  @Test
  void theLineIsTheOneThatScriptsRead() {
    long[] times = LongStream.rangeClosed(1, 100).map(i -> (101 - i) * 1000).toArray();
    assertEquals(
        "ping demo: 100 sent, 100 received, 0 bad, rtt min/p50/p99/max 1.0/50.0/99.0/100.0 us",
        report(100, 100, 0, times).line());
  }

  @Test
  void oneMessageIsAllRanks() {
    assertEquals(
        "ping demo: 1 sent, 1 received, 0 bad, rtt min/p50/p99/max 1.5/1.5/1.5/1.5 us",
        report(1, 1, 0, 1_500).line());
  }

  @Test
  void theLocaleDoesNotChangeTheLine() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertTrue(report(1, 1, 0, 1_234_567).line().endsWith(" 1234.6/1234.6/1234.6/1234.6 us"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void onlyWhatWasReceivedIsRanked() {
    assertTrue(report(3, 1, 0, 2_000, 0, 0).line().endsWith(" 2.0/2.0/2.0/2.0 us"));
    assertTrue(report(3, 0, 0, 0, 0, 0).line().endsWith(" -/-/-/- us"));
  }

  @Test
  void itIsRightOnlyWhenAllCameBackAsTheyWere() {
    assertTrue(report(2, 2, 0, 1, 1).right());
    assertFalse(report(2, 1, 0, 1, 0).right());
    assertFalse(report(2, 2, 1, 1, 1).right());
    assertFalse(PingReport.failed("demo", 1, "closed").right());
  }

  @Test
  void theComplaintSaysWhy() {
    assertEquals("ping demo: closed", PingReport.failed("demo", 1, "closed").complaint());
    assertEquals("ping demo: 1 bad echoes", report(2, 2, 1, 1, 1).complaint());
  }
}
