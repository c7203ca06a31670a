// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SeriesTest {

  @Test
  void theMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
    assertEquals(3, new Series(9, 1, 3).median());
    assertEquals(2, new Series(9, 1, 3, 1).median());
    assertEquals(7, new Series(7).median());
  }

  @Test
  void roundsWithoutAValueDoNotCount() {
    Series series = new Series(Double.NaN, 5, Double.NaN, 1);
    assertEquals(3, series.median());
    assertEquals(1, series.min());
    assertEquals(5, series.max());
    assertTrue(new Series(Double.NaN).isEmpty());
    assertEquals(Double.NaN, Series.NONE.median());
  }

  /** So that noise that hits one round hits both of its figures. */
  @Test
  void ratiosAreTakenRoundByRound() {
    Series ratio = new Series(2, 20, 200).over(new Series(1, 10, 100));
    assertEquals(2, ratio.min());
    assertEquals(2, ratio.max());
  }

  @Test
  void aRatioNeedsBothOfARound() {
    Series ratio = new Series(2, Double.NaN, 6).over(new Series(Double.NaN, 1, 2));
    assertEquals(3, ratio.median());
    assertEquals(3, ratio.min());
  }
}
