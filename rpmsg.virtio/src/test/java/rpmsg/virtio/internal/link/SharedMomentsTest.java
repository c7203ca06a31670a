// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedMomentsTest {
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 1_000_000, 100_000_000, 199_999_999})
  void aShortWaitStaysAsItIs(long nanos) {
    assertEquals(nanos, SharedMoments.within(nanos));
  }

  @ParameterizedTest
  @ValueSource(longs = {200_000_000, 333_333_333, 1_600_000_000, 1_600_000_001})
  void aLongWaitEndsAtASharedMomentAndNotMuchEarlier(long nanos) {
    for (int i = 0; i < 1000; i++) {
      long before = System.nanoTime();
      long wait = SharedMoments.within(nanos);
      long after = System.nanoTime();
      assertTrue(wait <= nanos && wait > nanos - STEP, () -> "wait of " + wait);
      long early = Math.floorMod(before + wait, STEP);
      assertTrue(early == 0 || early >= STEP - (after - before), () -> "ends " + early + " late");
    }
  }
}
