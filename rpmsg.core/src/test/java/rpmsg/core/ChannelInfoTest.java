// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ChannelInfoTest {
  @Test
  void aTerminalIsNotToldWhatToDo() {
    assertEquals("a\\x1b[2J\\x0a\\xff\\x20ac~", ChannelInfo.printable("a\u001b[2J\n\u00ff\u20ac~"));
    assertEquals("\\x07:0x1:0xffffffff", new ChannelInfo("\u0007", 1, -1).toString());
  }

  @Test
  void aNameThatDoesNotFitTheWireIsRefused() {
    assertEquals(31, new ChannelInfo("x".repeat(31), 1, 2).name().length());
    assertThrows(IllegalArgumentException.class, () -> new ChannelInfo("x".repeat(32), 1, 2));
    assertThrows(IllegalArgumentException.class, () -> new ChannelInfo("a\0b", 1, 2));
    assertThrows(IllegalArgumentException.class, () -> new ChannelInfo("\u20ac", 1, 2));
  }
}
