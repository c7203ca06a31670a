// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TextTest {
  @Test
  void aPayloadOfTextIsQuoted() {
    assertEquals("\"hello world!\"", Text.payload("hello world!".getBytes()));
    assertEquals("\"\"", Text.payload(new byte[0]));
  }

  @Test
  void anyOtherPayloadIsInHexadecimal() {
    assertEquals("00 ff 41", Text.payload(new byte[] {0, -1, 'A'}));
  }

  @Test
  void aLongPayloadIsCut() {
    assertEquals("\"" + "x".repeat(64) + "\" ...", Text.payload("x".repeat(496).getBytes()));
  }
}
