// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AnswerTest {

  @Test
  void valuesAreFoundByName() throws BenchException {
    Answer answer = Answer.of("sent=12 bytes=0.5 address=/dev/shm/a=b");
    assertEquals("12", answer.text("sent"));
    assertEquals(0.5, answer.number("bytes"));
    assertEquals("/dev/shm/a=b", answer.text("address"));
    assertTrue(answer.has("sent"));
    assertFalse(answer.has("doorbells"));
  }

  @Test
  void thereMayBeANumberForEachLink() throws BenchException {
    assertArrayEquals(new double[] {3, 5}, Answer.of("count=3,5").numbers("count"));
    assertArrayEquals(new double[] {3}, Answer.of("count=3").numbers("count"));
  }

  @Test
  void whatIsMissingIsNamed() {
    BenchException failure = assertThrows(BenchException.class, () -> Answer.of("").number("sent"));
    assertTrue(failure.getMessage().contains("sent"));
  }

  @Test
  void aFloodThatDidNotComeThroughWholeIsAFailure() throws BenchException {
    Answer flood = Answer.of("sent=100");
    Pair.check(flood, Answer.of("count=100 wrong=0"));
    assertThrows(BenchException.class, () -> Pair.check(flood, Answer.of("count=99 wrong=0")));
    assertThrows(BenchException.class, () -> Pair.check(flood, Answer.of("count=100 wrong=1")));
    Answer many = Answer.of("sent=100,90");
    Pair.check(many, Answer.of("count=100,90 wrong=0"));
    assertThrows(BenchException.class, () -> Pair.check(many, Answer.of("count=90,100 wrong=0")));
  }
}
