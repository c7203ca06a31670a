// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import rpmsg.bench.internal.carrier.Stamp;

class MeterTest {

  private final Meter meter = new Meter(0);

  private String figures(long... sequence) throws Exception {
    for (long number : sequence) {
      meter.onMessage(number);
    }
    meter.onMessage(Stamp.LAST);
    meter.await(0);
    return meter.figures();
  }

  @Test
  void whatIsSentIsCounted() throws Exception {
    assertTrue(figures(0, 1, 2, 3).startsWith("count=4 rate="));
    assertTrue(meter.figures().contains(" wrong=0 "));
  }

  @Test
  void aLostMessageIsFoundOnce() throws Exception {
    assertTrue(figures(0, 1, 3, 4).contains(" wrong=1 "));
  }

  @Test
  void aMessageThatComesTwiceIsFound() throws Exception {
    assertTrue(figures(0, 1, 1, 2).contains(" wrong=1 "));
  }

  @Test
  void aMessageThatIsOvertakenIsFound() throws Exception {
    assertTrue(figures(0, 2, 1, 3).contains(" wrong=2 "));
  }

  @Test
  void aTornMessageIsFound() throws Exception {
    assertTrue(figures(0, Stamp.TORN, 1).contains(" wrong=1 "));
  }

  /** A message a microsecond in the first millisecond, then ten a microsecond for another. */
  private static double rate(long warmUpNanos) {
    long[] now = {1};
    Meter clocked = new Meter(warmUpNanos, () -> now[0]);
    for (long sent = 0; sent < 11_000; sent++) {
      clocked.onMessage(sent);
      now[0] += sent < 1_000 ? 1_000 : 100;
    }
    clocked.onMessage(Stamp.LAST);
    return Double.parseDouble(clocked.figures().replaceAll(".* rate=([0-9.]+) .*", "$1"));
  }

  @Test
  void theRateIsThatAfterTheWarmUp() {
    assertEquals(10, rate(1_000_000), 0.1);
  }

  @Test
  void whereTheWarmUpTakesItAllTheRateIsThatOfAll() {
    assertEquals(5.5, rate(1_000_000_000), 0.1);
  }

  @Test
  void withoutTheLastMessageNothingIsSaid() {
    meter.onMessage(0);
    assertThrows(TimeoutException.class, () -> meter.await(1));
  }
}
