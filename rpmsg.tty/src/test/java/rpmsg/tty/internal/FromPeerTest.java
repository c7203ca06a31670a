// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.FileChannel;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.testing.RecordingLog;
import rpmsg.syscall.PseudoTerminal;

/** Messages for a terminal that failed and is closed, while its channel is still there. */
@Timeout(60)
class FromPeerTest {
  private static final int BACKLOG = TtyDriver.SMALLEST_BACKLOG;
  private static final RpmsgMessage MESSAGE = RpmsgMessage.of(1, 2, new byte[496]);

  private final RecordingLog log = new RecordingLog();
  private final FromPeer in = new FromPeer("channel", BACKLOG, () -> {}, log.logger());
  private PseudoTerminal terminal;

  @BeforeEach
  void make() throws Exception {
    terminal = PseudoTerminal.open();
    in.connect(terminal, null);
  }

  @AfterEach
  void close() {
    terminal.close();
  }

  private void fail() {
    in.end();
    terminal.close();
  }

  private void expectAllTaken() throws Exception {
    for (int taken = 0; taken <= 2 * BACKLOG; taken += MESSAGE.length()) {
      assertTrue(in.offer(MESSAGE), "after " + taken + " bytes the link is parked for good");
    }
    assertEquals(List.of(), log.lines());
  }

  @Test
  void theyAreTakenWhereAProgramHadItOpen() throws Exception {
    try (FileChannel program = TtyRig.program(terminal.path())) {
      in.present();
      fail();
      expectAllTaken();
      assertTrue(program.isOpen());
    }
  }

  @Test
  void theyAreTakenWhereNobodyHadItOpen() throws Exception {
    fail();
    expectAllTaken();
  }
}
