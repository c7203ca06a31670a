// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class ProcessBarrierTest {
  private static final int ROUNDS = 100_000;
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);

  /** In cache lines of their own. */
  private static final int FREQUENT = 32;

  private static final int RARE = 64;

  private final int[] words = new int[96];
  private final AtomicInteger arrived = new AtomicInteger();

  @ParameterizedTest
  @EnumSource
  void isThereOnEachLinuxThatThisIsTestedOn(ProcessBarrier barrier) {
    assertTrue(barrier.available());
    assertTrue(barrier.fence());
  }

  @ParameterizedTest
  @EnumSource
  void ofTwoThatStoreThenLoadOneSeesTheOtherThoughOnlyTheRareOneFences(ProcessBarrier barrier)
      throws Exception {
    boolean[] seen = new boolean[ROUNDS];
    Thread thread = Thread.ofPlatform().start(() -> frequently(seen));
    int missed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      meet(2 * round);
      WORD.setOpaque(words, RARE, round + 1);
      barrier.fence();
      boolean sees = (int) WORD.getOpaque(words, FREQUENT) == round + 1;
      meet(2 * round + 1);
      missed += sees || seen[round] ? 0 : 1;
    }
    assertTrue(thread.join(Duration.ofSeconds(10)));
    assertEquals(0, missed);
  }

  private void frequently(boolean[] seen) {
    for (int round = 0; round < ROUNDS; round++) {
      meet(2 * round);
      WORD.setOpaque(words, FREQUENT, round + 1);
      VarHandle.acquireFence();
      seen[round] = (int) WORD.getOpaque(words, RARE) == round + 1;
      meet(2 * round + 1);
    }
  }

  /** Both go on at about the same time. */
  private void meet(int meeting) {
    arrived.incrementAndGet();
    while (arrived.get() < 2 * (meeting + 1)) {
      Thread.onSpinWait();
    }
  }
}
