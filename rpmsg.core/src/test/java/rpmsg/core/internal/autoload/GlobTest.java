// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "rpmsg:tty, rpmsg:tty, true",
    "rpmsg:tty, rpmsg:tty0, false",
    "rpmsg:tty, rpmsg:tt, false",
    "rpmsg:tty*, rpmsg:tty, true",
    "rpmsg:tty*, rpmsg:tty-raw, true",
    "rpmsg:*, rpmsg:, true",
    "*, rpmsg:x, true",
    "*, '', true",
    "**, x, true",
    "rpmsg:*-raw, rpmsg:a-raw-raw, true",
    "rpmsg:*-raw, rpmsg:a-raw-row, false",
    "rpmsg:a*b*c, rpmsg:a-b-b-c, true",
    "rpmsg:a*b*c, rpmsg:a-c-b, false",
    "rpmsg:a.c, rpmsg:abc, false",
    "rpmsg:a?c, rpmsg:abc, false",
    "rpmsg:[a], rpmsg:a, false",
    "rpmsg:a\\b, rpmsg:a\\b, true",
    "'', '', true",
    "'', a, false"
  })
  void onlyTheStarIsSpecial(String pattern, String text, boolean matches) {
    assertEquals(matches, new Glob(pattern).matches(text));
  }

  @Test
  void aStarInTheTextIsACharacter() {
    assertFalse(new Glob("rpmsg:tty").matches("rpmsg:*"));
    assertTrue(new Glob("rpmsg:*").matches("rpmsg:*"));
  }

  /** A matcher that tries all splits would not end. */
  @Test
  void manyStarsAgainstALongNameEnd() {
    assertFalse(new Glob("*a".repeat(200) + "b").matches("a".repeat(2000)));
  }

  @Test
  void withoutAStarItIsLiteral() {
    assertTrue(new Glob("rpmsg:a").isLiteral());
    assertFalse(new Glob("rpmsg:*").isLiteral());
  }
}
