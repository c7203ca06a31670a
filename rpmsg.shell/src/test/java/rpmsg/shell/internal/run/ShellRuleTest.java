// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShellRuleTest {
  private static final long MILLISECOND = 1_000_000;

  private final ShellRule rule = new ShellRule(0);

  private boolean open(int millis, boolean up, long received, boolean pending) {
    Observation seen = new Observation(false, up, "", received, pending, null);
    return rule.open(millis * MILLISECOND, seen);
  }

  @Test
  void itOpensWhenNoMoreChannelsCome() {
    assertFalse(open(0, true, 1, false));
    assertFalse(open(200, true, 2, false));
    assertFalse(open(400, true, 2, false));
    assertTrue(open(500, true, 2, false));
  }

  @Test
  void itWaitsForTheLinkAndThePings() {
    assertFalse(open(0, false, 0, false));
    assertFalse(open(1000, false, 0, false));
    assertFalse(open(2000, true, 0, true));
    assertFalse(open(2200, true, 0, false));
    assertTrue(open(2300, true, 0, false));
  }

  @Test
  void theUserDoesNotWaitForALinkForEver() {
    assertFalse(open(4999, false, 0, true));
    assertTrue(open(5000, false, 0, true));
  }
}
