// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnixSocketTest {

  private static final long CLOSED_ON_EXEC = 02000000;

  private final int before = Fd.open();
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment bytes = arena.allocate(64);
  private final List<Fd> came = new ArrayList<>();
  private UnixSocket one;
  private UnixSocket other;

  @BeforeEach
  void connect() throws IOException {
    UnixSocket.Pair pair = UnixSocket.pair();
    one = pair.ours();
    other = UnixSocket.of(pair.theirs());
  }

  @AfterEach
  void nothingIsLeftOpen() {
    one.close();
    other.close();
    came.forEach(Fd::close);
    arena.close();
    assertEquals(before, Fd.open());
  }

  @Test
  void bytesArrive() throws Exception {
    bytes.set(JAVA_BYTE, 3, (byte) 42);
    assertEquals(UnixSocket.WOULD_BLOCK, other.tryReceive(bytes, came));
    assertEquals(4, one.trySend(bytes.asSlice(0, 4), List.of()));
    MemorySegment into = arena.allocate(64);
    assertEquals(4, other.tryReceive(into, came));
    assertEquals(42, into.get(JAVA_BYTE, 3));
    assertTrue(came.isEmpty());
  }

  @Test
  void descriptorsArriveAsDescriptorsOfTheSameFile() throws Exception {
    try (EventFd first = EventFd.create();
        Fd memory = SharedMemory.create("passed", 12288)) {
      assertEquals(1, one.trySend(bytes.asSlice(0, 1), List.of(first.fd(), memory)));
      assertEquals(1, other.tryReceive(bytes, came));
      assertEquals(2, came.size());
      assertEquals(2, Descriptors.memfds("passed"));
      assertNotEquals(0, Descriptors.flags(came.get(0)) & CLOSED_ON_EXEC);
      assertEquals(12288, FileStatus.of(came.get(1)).size());
      EventFd sameFile = EventFd.of(came.get(0));
      assertTrue(sameFile.signal());
      assertTrue(first.drain());
    }
  }

  @Test
  void asManyDescriptorsAsAMessageMayHaveArrive() throws Exception {
    try (Fd memory = SharedMemory.memfd("eight")) {
      List<Fd> eight = Collections.nCopies(UnixSocket.MAX_FDS, memory);
      assertEquals(1, one.trySend(bytes.asSlice(0, 1), eight));
      assertEquals(1, other.tryReceive(bytes, came));
      assertEquals(UnixSocket.MAX_FDS, came.size());
      List<Fd> nine = Collections.nCopies(UnixSocket.MAX_FDS + 1, memory);
      assertThrows(IllegalArgumentException.class, () -> one.trySend(bytes, nine));
    }
  }

  @Test
  void tooManyDescriptorsAreRefusedAndNoneStaysOpen() throws Exception {
    try (Fd memory = SharedMemory.memfd("too-many")) {
      assertEquals(1, sendRaw(memory, UnixSocket.MAX_FDS + 1));
      assertThrows(IOException.class, () -> other.tryReceive(bytes, came));
      assertTrue(came.isEmpty());
      assertEquals(1, Descriptors.memfds("too-many"));
    }
  }

  @Test
  void descriptorsOfEarlierBytesSurviveARefusal() throws Exception {
    try (Fd memory = SharedMemory.memfd("earlier")) {
      assertEquals(1, one.trySend(bytes.asSlice(0, 1), List.of(memory)));
      assertEquals(1, sendRaw(memory, UnixSocket.MAX_FDS + 1));
      assertEquals(1, other.tryReceive(bytes.asSlice(0, 1), came));
      assertThrows(IOException.class, () -> other.tryReceive(bytes, came));
      assertEquals(1, came.size());
      assertEquals(2, Descriptors.memfds("earlier"));
    }
  }

  @Test
  void aClosedDescriptorIsNotSent() throws Exception {
    Fd memory = SharedMemory.memfd("closed");
    memory.close();
    ErrnoException e =
        assertThrows(ErrnoException.class, () -> one.trySend(bytes, List.of(memory)));
    assertEquals("send " + memory + ": EBADF", e.getMessage());
    assertEquals(UnixSocket.WOULD_BLOCK, other.tryReceive(bytes, came));
  }

  @Test
  void aFullSocketIsSaidNotWaitedFor() throws Exception {
    try (Fd memory = SharedMemory.memfd("full")) {
      int sent = 0;
      while (one.trySend(bytes, List.of()) != UnixSocket.WOULD_BLOCK) {
        sent++;
      }
      assertTrue(sent > 0);
      assertEquals(UnixSocket.WOULD_BLOCK, one.trySend(bytes, List.of(memory)));
      for (int i = 0; i < sent; i++) {
        assertEquals(64, other.tryReceive(bytes, came));
      }
      assertTrue(came.isEmpty());
    }
  }

  @Test
  void theEndOfThePeerIsSeenAfterItsLastBytes() throws Exception {
    assertEquals(2, one.trySend(bytes.asSlice(0, 2), List.of()));
    one.close();
    assertEquals(2, other.tryReceive(bytes, came));
    assertEquals(UnixSocket.END, other.tryReceive(bytes, came));
    ErrnoException e = assertThrows(ErrnoException.class, () -> other.trySend(bytes, List.of()));
    assertTrue(e.isDisconnect(), e.getMessage());
  }

  @Test
  void descriptorsThatNobodyReceivedGoWithTheSocket() throws Exception {
    try (Fd memory = SharedMemory.memfd("unreceived")) {
      assertEquals(1, one.trySend(bytes.asSlice(0, 1), List.of(memory)));
      other.close();
      assertEquals(1, Descriptors.memfds("unreceived"));
    }
  }

  @Test
  void theOtherEndOfAPairLivesOnWhereItWasSent() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket ours = pair.ours()) {
      assertEquals(1, one.trySend(bytes.asSlice(0, 1), List.of(pair.theirs())));
      pair.theirs().close();
      assertEquals(1, other.tryReceive(bytes, came));
      try (UnixSocket received = UnixSocket.of(came.get(0))) {
        assertEquals(1, received.trySend(bytes.asSlice(0, 1), List.of()));
        assertEquals(1, ours.tryReceive(bytes, came));
      }
    }
  }

  @Test
  void whatIsNoSocketIsRefusedAndClosed() throws Exception {
    Fd memory = SharedMemory.memfd("no-socket");
    IOException e = assertThrows(IOException.class, () -> UnixSocket.of(memory));
    assertEquals(memory + " is no socket", e.getMessage());
    assertEquals(0, Descriptors.memfds("no-socket"));
  }

  @Test
  void aClosedSocketSaysEbadf() {
    one.close();
    one.close();
    assertEquals(
        Errno.EBADF, assertThrows(ErrnoException.class, () -> one.tryReceive(bytes, came)).errno());
  }

  /** One byte with a number of descriptors that only a hostile peer sends. */
  private long sendRaw(Fd fd, int count) throws IOException {
    int number = fd.use("send");
    int socket = one.fd().use("send");
    try {
      long length = 16 + 4L * count;
      MemorySegment control = arena.allocate(length + 8, 8);
      control.set(JAVA_LONG, 0, length);
      control.set(JAVA_INT, 8, 1);
      control.set(JAVA_INT, 12, 1);
      for (int i = 0; i < count; i++) {
        control.set(JAVA_INT, 16 + 4L * i, number);
      }
      MemorySegment iovec = arena.allocate(16, 8);
      iovec.set(ADDRESS, 0, bytes);
      iovec.set(JAVA_LONG, 8, 1);
      MemorySegment header = arena.allocate(56, 8);
      header.set(ADDRESS, 16, iovec);
      header.set(JAVA_LONG, 24, 1);
      header.set(ADDRESS, 32, control);
      header.set(JAVA_LONG, 40, length);
      return SocketCalls.sendmsg(socket, header);
    } finally {
      fd.release();
      one.fd().release();
    }
  }
}
