// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PseudoTerminalTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int before = Fd.open();
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void nothingIsLeftOpen() {
    arena.close();
    assertEquals(before, Fd.open());
  }

  /** A program of one line that has the terminal open. */
  private static FileChannel program(PseudoTerminal terminal) throws IOException {
    return FileChannel.open(terminal.path(), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private MemorySegment bytes(String text) {
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(FileChannel program) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(100);
    program.read(buffer);
    return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
  }

  private String read(PseudoTerminal terminal) throws IOException {
    MemorySegment into = arena.allocate(100);
    int length = terminal.read(into);
    return length < 0
        ? "end"
        : new String(
            into.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
  }

  private static int events(PseudoTerminal terminal, int wanted) throws IOException {
    Poll poll = new Poll(1);
    poll.set(0, terminal.fd(), wanted);
    poll.await(SECOND);
    return poll.events(0);
  }

  @Test
  void bytesPassBothWaysAsTheyAre() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.open();
        FileChannel program = program(terminal)) {
      String special = "a\r\nb\nc\u0003\u0004\u0011\u0013\u007f";
      assertEquals(special.length(), terminal.write(bytes(special)));
      assertEquals(special, read(program));
      program.write(ByteBuffer.wrap(special.getBytes(StandardCharsets.US_ASCII)));
      assertEquals(Poll.IN, events(terminal, Poll.IN));
      assertEquals(special, read(terminal));
      assertEquals("", read(terminal), "there is no echo");
    }
  }

  @Test
  void sttySaysRaw() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      Process stty = new ProcessBuilder("stty", "-a", "-F", terminal.path().toString()).start();
      String all = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      List<String> words = List.of(all.split("[ ;\n]+"));
      assertTrue(
          words.containsAll(List.of("-echo", "-icanon", "-isig", "-opost", "-icrnl", "cs8")), all);
    }
  }

  @Test
  void pollTellsWhetherAProgramHasItOpen() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      assertTrue((events(terminal, Poll.IN) & Poll.GONE) != 0, "nobody from the start");
      assertFalse(terminal.isOpened());
      try (FileChannel program = program(terminal)) {
        assertTrue(terminal.isOpened());
        assertEquals(Poll.OUT, events(terminal, Poll.OUT));
        program.write(ByteBuffer.wrap(new byte[3]));
      }
      assertFalse(terminal.isOpened());
      assertEquals(Poll.IN, events(terminal, Poll.IN) & Poll.IN);
      assertEquals(3, read(terminal).length(), "what it wrote before it closed is there");
      assertEquals("end", read(terminal));
      assertTrue((events(terminal, Poll.IN) & Poll.GONE) != 0);
    }
  }

  @Test
  void whatIsWrittenWhileNobodyHasItOpenIsForTheNext() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      terminal.write(bytes("early "));
      program(terminal).close();
      terminal.write(bytes("late"));
      try (FileChannel program = program(terminal)) {
        assertEquals("early late", read(program));
      }
    }
  }

  @Test
  void aFullOneTakesNothingMoreUntilTheProgramReads() throws Exception {
    try (PseudoTerminal terminal = PseudoTerminal.open();
        FileChannel program = program(terminal)) {
      MemorySegment block = arena.allocate(1000);
      int written = 0;
      for (int full = 0; full < 2; ) {
        int taken = terminal.write(block);
        written += taken;
        full =
            taken == PseudoTerminal.WOULD_BLOCK && events(terminal, Poll.OUT) == 0 ? full + 1 : 0;
      }
      for (int got = 0; got < written; ) {
        got += program.read(ByteBuffer.allocate(written - got));
      }
      assertEquals(Poll.OUT, events(terminal, Poll.OUT));
    }
  }

  @Test
  void closingHangsUp() throws Exception {
    PseudoTerminal terminal = PseudoTerminal.open();
    try (FileChannel program = program(terminal)) {
      terminal.close();
      assertEquals("", read(program), "end of file");
      assertThrows(IOException.class, () -> program.write(ByteBuffer.allocate(1)));
    }
    assertEquals(Errno.EBADF, assertThrows(ErrnoException.class, () -> read(terminal)).errno());
  }

  @Test
  void itIsClosedOnExecAndLeavesNothingBehind() throws Exception {
    Path path;
    try (PseudoTerminal terminal = PseudoTerminal.open()) {
      path = terminal.path();
      assertTrue((Descriptors.flags(terminal.fd()) & 02000000) != 0);
      assertTrue(Files.exists(path));
    }
    assertTrue(Files.notExists(path));
  }
}
