// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table("NAME", "DST").row("rpmsg-raw", "0x400").row("a", null);
    assertEquals(
        """
        NAME       DST
        rpmsg-raw  0x400
        a          -
        """,
        table.toString());
  }

  @Test
  void headingsAloneAreEmpty() {
    assertTrue(new Table("NAME").isEmpty());
    assertFalse(new Table("NAME").row("a").isEmpty());
  }
}
