// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExitRuleTest {
  private static final long START = Long.MAX_VALUE - 1;

  private static ExitRule rule(boolean pings, boolean echoes) {
    return new ExitRule(Duration.ofSeconds(30), Duration.ofSeconds(2), pings, echoes, START);
  }

  private static long at(double seconds) {
    return START + (long) (seconds * 1e9);
  }

  private static Observation down(String reason) {
    return new Observation(false, false, reason, 0, true, "ping demo: waits");
  }

  private static Observation up(long received) {
    return new Observation(false, true, "", received, false, null);
  }

  private static Observation pinging(long received) {
    return new Observation(false, true, "", received, true, "ping demo: not finished");
  }

  private static Observation failed(long received) {
    return new Observation(false, true, "", received, false, "ping demo: 1 bad echoes");
  }

  @Test
  void pingsDoneThenQuietForLingerIsRight() {
    ExitRule rule = rule(true, false);
    assertNull(rule.next(at(0), down("")));
    assertNull(rule.next(at(1), pinging(5)));
    assertNull(rule.next(at(5), up(9)));
    assertNull(rule.next(at(6.9), up(9)));
    assertEquals(Exit.RIGHT, rule.next(at(7), up(9)));
  }

  @Test
  void everyMessageBeginsTheQuietAnew() {
    ExitRule rule = rule(false, true);
    assertNull(rule.next(at(1), up(1)));
    assertNull(rule.next(at(2.9), up(2)));
    assertNull(rule.next(at(4.8), up(2)));
    assertEquals(Exit.RIGHT, rule.next(at(4.9), up(2)));
  }

  @Test
  void pingsThatAreNotDoneKeepTheRunGoing() {
    ExitRule rule = rule(true, false);
    assertNull(rule.next(at(1), pinging(1)));
    assertNull(rule.next(at(20), pinging(1)));
  }

  @Test
  void anEchoWaitsForItsFirstMessage() {
    ExitRule rule = rule(false, true);
    assertNull(rule.next(at(1), up(0)));
    assertNull(rule.next(at(29.9), up(0)));
    assertEquals(Exit.RIGHT, rule.next(at(30), up(0)));
  }

  @Test
  void withNeitherEchoNorPingItLingersFromTheLinkOn() {
    ExitRule rule = rule(false, false);
    assertNull(rule.next(at(1), down("")));
    assertNull(rule.next(at(10), up(0)));
    assertNull(rule.next(at(11.9), up(0)));
    assertEquals(Exit.RIGHT, rule.next(at(12), up(0)));
  }

  @Test
  void aBadPingIsTheReasonAfterTheLinger() {
    ExitRule rule = rule(true, false);
    assertNull(rule.next(at(1), failed(3)));
    assertEquals(Exit.failed("ping demo: 1 bad echoes"), rule.next(at(3), failed(3)));
  }

  @Test
  void aPingThatFailsBeforeAnyMessageLingersFromThen() {
    ExitRule rule = rule(true, true);
    assertNull(rule.next(at(1), pinging(0)));
    assertNull(rule.next(at(5), failed(0)));
    assertEquals(1, rule.next(at(7), failed(0)).code());
  }

  @Test
  void misconfigurationEndsAtOnceWithTwo() {
    Observation seen = new Observation(true, false, "/dev/shm/x is a directory", 0, true, null);
    assertEquals(Exit.badInput("/dev/shm/x is a directory"), rule(true, true).next(at(0), seen));
  }

  @Test
  void noLinkAtTheTimeoutIsTheReason() {
    ExitRule rule = rule(false, true);
    assertNull(rule.next(at(29.9), down("no peer at /tmp/d")));
    assertEquals(
        Exit.failed("link did not come up: no peer at /tmp/d"),
        rule.next(at(30), down("no peer at /tmp/d")));
  }

  @Test
  void noLinkAndNoReasonSaysHowLongItWaited() {
    assertEquals(
        Exit.failed("link did not come up: no peer within 30.0 s"),
        rule(false, true).next(at(30), down("")));
  }

  @Test
  void aFileThatNeverCameIsBadInput() {
    assertEquals(
        Exit.badInput("link did not come up: /dev/shm/x does not exist: start index 0"),
        rule(false, true).next(at(30), down("/dev/shm/x does not exist: start index 0")));
  }

  @Test
  void pingsThatAreNotDoneAtTheTimeoutAreTheReason() {
    ExitRule rule = rule(true, false);
    assertNull(rule.next(at(1), pinging(1)));
    assertEquals(Exit.failed("ping demo: not finished"), rule.next(at(30), pinging(1000)));
  }

  @Test
  void messagesWithoutEndAreCutOffAtTheTimeout() {
    ExitRule rule = rule(false, true);
    for (int second = 1; second < 30; second++) {
      assertNull(rule.next(at(second), up(second)));
    }
    assertEquals(Exit.RIGHT, rule.next(at(30), up(30)));
  }

  @Test
  void aPeerThatLeftAfterwardsChangesNothing() {
    ExitRule rule = rule(false, true);
    assertNull(rule.next(at(1), up(8)));
    Observation left = new Observation(false, false, "peer left", 8, false, null);
    assertNull(rule.next(at(2), left));
    assertEquals(Exit.RIGHT, rule.next(at(3), left));
  }
}
