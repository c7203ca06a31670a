// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** A queue that is looked at again has been waited for. */
class GatheringTest {
  private static final int MANY = 1_000;

  private final Queue<Integer> arriving = new ArrayDeque<>();
  private final Gathering gathering = new Gathering(arriving::remove);

  /** One look, for which the queue is read as often as there are numbers. */
  private boolean look(Integer... arrived) {
    arriving.addAll(List.of(arrived));
    boolean some = gathering.look();
    assertTrue(arriving.isEmpty(), "read less often; left: " + arriving);
    return some;
  }

  @Test
  void loneMessagesDoNotWait() {
    for (int i = 0; i < MANY; i++) {
      assertTrue(look(1));
      assertFalse(look(0));
    }
  }

  @Test
  void windowsOfMessagesWithAnswersInBetweenDoNotWait() {
    for (int i = 0; i < MANY; i++) {
      assertTrue(look(20));
      assertFalse(look(0));
    }
  }

  @Test
  void fewMessagesRightAfterOthersWaitForMore() {
    look(3);
    assertTrue(look(2, 20));
    assertTrue(look(31, 40));
  }

  @Test
  void aBatchDoesNotWait() {
    look(3);
    assertTrue(look(32));
    assertTrue(look(200));
  }

  @Test
  void whereNoFloodCameNothingWaitsForAWhile() {
    look(3);
    look(2, 9);
    for (int i = 0; i < 256; i++) {
      assertTrue(look(2));
    }
    assertTrue(look(2, 9));
    assertTrue(look(2));
  }
}
