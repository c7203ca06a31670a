// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.tty.internal.Terminal.LOOK_NANOS;

import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.testing.RecordingLog;
import rpmsg.core.testing.Remote;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Poll;
import rpmsg.syscall.PseudoTerminal;

/** When the pump looks at a terminal again; the test is the pump, and says what time it is. */
@Timeout(60)
class TerminalTest {
  private final RecordingLog log = new RecordingLog();
  private final Remote remote = new Remote();
  private final FromPeer in =
      new FromPeer("channel", TtyDriver.SMALLEST_BACKLOG, () -> {}, log.logger());
  private PseudoTerminal pseudo;
  private Terminal terminal;
  private long now;

  @BeforeEach
  void make() throws Exception {
    pseudo = PseudoTerminal.open();
    var endpoint = remote.announce("x", 1).createEndpoint(RpmsgAddress.ANY, message -> {});
    terminal = new Terminal(pseudo, endpoint, in, () -> {}, log.logger());
    now = System.nanoTime();
  }

  @AfterEach
  void close() {
    terminal.close();
    remote.close();
  }

  @Test
  void whileNobodyHasItOpenItIsPolledAtOnceAndThenEvery50Milliseconds() throws Exception {
    assertEquals(TimeUnit.MILLISECONDS.toNanos(50), LOOK_NANOS);
    for (int look = 0; look < 3; look++) {
      assertEquals(Poll.IN, terminal.wanted(now));
      assertEquals(0, terminal.patience(now));
      terminal.serve(Poll.GONE, now);
      assertEquals(0, terminal.wanted(now));
      assertEquals(LOOK_NANOS, terminal.patience(now));
      assertEquals(0, terminal.wanted(now + LOOK_NANOS - 1));
      assertEquals(1, terminal.patience(now + LOOK_NANOS - 1));
      now += LOOK_NANOS;
    }
  }

  @Test
  void whileItIsOpenAndNothingWaitsThereIsNoNeedToLook() throws Exception {
    terminal.serve(Poll.OUT, now);
    assertEquals(Poll.IN, terminal.wanted(now));
    assertEquals(Long.MAX_VALUE, terminal.patience(now));
  }

  @Test
  void whileBytesWaitForAProgramItIsLookedAtEvery50Milliseconds() throws Exception {
    try (FileChannel program = TtyRig.program(pseudo.path())) {
      terminal.serve(Poll.OUT, now);
      while (!in.waiting()) {
        assertTrue(in.offer(RpmsgMessage.of(1, 2, new byte[496])));
      }
      assertEquals(Poll.IN | Poll.OUT, terminal.wanted(now));
      assertEquals(LOOK_NANOS, terminal.patience(now));
      assertTrue(program.isOpen());
    }
  }

  /** Has what can be read sent; whether a transmit buffer is waited for. */
  private boolean passes() {
    try {
      terminal.serve(Poll.IN, now);
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
    return remote.isAwaited();
  }

  @Test
  void whatCannotBeReadNowIsNotPolledWithoutAPause() throws Exception {
    remote.noBuffers();
    try (FileChannel program = TtyRig.program(pseudo.path())) {
      TtyRig.write(program, new byte[1]);
      Remote.await("its byte was read", this::passes);
    }
    terminal.serve(Poll.GONE, now);
    now += LOOK_NANOS;
    assertEquals(0, terminal.wanted(now), "there is no transmit buffer");
    assertEquals(LOOK_NANOS, terminal.patience(now));
  }
}
