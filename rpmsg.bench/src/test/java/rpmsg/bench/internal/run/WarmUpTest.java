// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Map;
import org.junit.jupiter.api.Test;
import rpmsg.bench.internal.report.Metric;

class WarmUpTest {

  private static final int LEAST = 6;
  private static final int MOST = 12;

  /** How many rounds it takes; the last figure stays as it is. */
  private static int rounds(int least, int most, double... p50) {
    WarmUp warmUp = new WarmUp(least, most);
    int done = 0;
    while (!warmUp.isOver()) {
      warmUp.add(Map.of(Metric.P50, p50[Math.min(done, p50.length - 1)]));
      done++;
    }
    return done;
  }

  @Test
  void roundsThatAreAlikeFromTheStartAreStillTheLeast() {
    assertEquals(LEAST, rounds(LEAST, MOST, 1));
  }

  @Test
  void itGoesOnUntilTheLastThreeAreAlike() {
    assertEquals(8, rounds(LEAST, MOST, 9, 1, 1, 1, 1, 0.5, 0.52, 0.54));
  }

  @Test
  void roundsThatAreNeverAlikeHaveAnEnd() {
    assertEquals(MOST, rounds(LEAST, MOST, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2));
  }

  @Test
  void aRoughRunDoesNotCompare() {
    assertEquals(2, rounds(2, 2, 1, 2));
  }

  @Test
  void everyFigureThatIsMeasuredIsCompared() {
    WarmUp warmUp = new WarmUp(LEAST, MOST);
    for (int i = 0; i < LEAST; i++) {
      warmUp.add(Map.of(Metric.P50, 1.0, Metric.TO_DRIVER, (double) i + 1));
    }
    assertFalse(warmUp.isOver());
  }
}
