// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TurnsTest {

  private static final int FIRST = 0x500;

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 10_000})
  void eachAddressHasItsTurnOnceBeforeAnyHasItAgain(int count) {
    Turns turns = new Turns(FIRST, count);
    for (int round = 0; round < 3; round++) {
      assertEquals(count, distinct(turns, count).size());
    }
    assertEquals(FIRST, turns.next());
  }

  private static Set<Integer> distinct(Turns turns, int count) {
    Set<Integer> addresses = new HashSet<>();
    for (int i = 0; i < count; i++) {
      int address = turns.next();
      assertFalse(address < FIRST || address >= FIRST + count, "address " + address);
      addresses.add(address);
    }
    return addresses;
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 10_000})
  void noAddressIsBesideTheOneBeforeIt(int count) {
    Turns turns = new Turns(FIRST, count);
    int last = turns.next();
    for (int i = 0; i < count; i++) {
      int next = turns.next();
      assertFalse(Math.abs(next - last) == 1, last + ", " + next);
      last = next;
    }
  }

  @Test
  void whereThereIsOneItIsAlwaysThat() {
    Turns turns = Turns.only(-1);
    assertEquals(-1, turns.next());
    assertEquals(-1, turns.next());
  }
}
