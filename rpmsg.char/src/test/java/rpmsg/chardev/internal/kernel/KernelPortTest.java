// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.internal.Bounded;
import rpmsg.chardev.internal.Port;
import rpmsg.core.Errno;
import rpmsg.core.testing.RecordingLog;
import rpmsg.syscall.Fd;

class KernelPortTest {

  @TempDir Path folder;
  private final int before = Fd.open();
  private final Semaphore changes = new Semaphore(0);
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private FakeNode node;
  private KernelPort port;

  @BeforeEach
  void open() throws Exception {
    node = new FakeNode(new FakeKernel(folder), "rpmsg0");
    PollThread polls = new PollThread(new RecordingLog().logger());
    port = new KernelPort(node, 1024, polls, changes::release, received, sent);
  }

  @AfterEach
  void nothingIsLeftOpen() {
    port.close();
    Bounded.until("descriptors", () -> Fd.open() == before);
  }

  private void awaitChange() throws InterruptedException {
    assertTrue(
        changes.tryAcquire(PollThread.LONG_SECONDS - 2, TimeUnit.SECONDS),
        "changed() did not come");
  }

  private static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void messagesGoThroughMemoryOfEveryKind() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment direct = arena.allocate(16);
      for (MemorySegment target :
          new MemorySegment[] {
            direct,
            MemorySegment.ofArray(new byte[16]),
            MemorySegment.ofBuffer(ByteBuffer.allocate(20).position(4)),
            MemorySegment.ofArray(new long[2])
          }) {
        node.deliver("hello");
        assertEquals(5, port.tryRead(target));
        assertEquals(-1, target.asSlice(0, 5).mismatch(text("hello")));
        assertTrue(port.tryWrite(target.asSlice(0, 5)));
        assertEquals("hello", node.written());
      }
    }
    assertEquals(4, received.sum());
    assertEquals(4, sent.sum());
  }

  @Test
  void whenThereWasNothingToReadAMessageIsTold() throws Exception {
    assertEquals(Port.NOTHING, port.tryRead(MemorySegment.ofArray(new byte[8])));
    assertEquals(0, received.sum());
    node.deliver("x");
    awaitChange();
    assertEquals(1, port.tryRead(MemorySegment.ofArray(new byte[8])));
  }

  @Test
  void whenThereWasNoRoomRoomIsTold() throws Exception {
    MemorySegment block = MemorySegment.ofArray(new byte[4096]);
    int written = 0;
    while (port.tryWrite(block)) {
      written++;
      assertTrue(written < 100_000);
    }
    assertEquals(written, sent.sum());
    assertFalse(port.poll().contains(Readiness.WRITABLE));
    Bounded.until("room", () -> take() && port.poll().contains(Readiness.WRITABLE));
    awaitChange();
    assertTrue(port.tryWrite(MemorySegment.ofArray(new byte[1])));
  }

  private boolean take() {
    try {
      node.written();
      return true;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void lx162_pollSaysWhatItIsReadyFor() throws Exception {
    assertEquals(Set.of(Readiness.WRITABLE), port.poll());
    node.deliver("x");
    awaitChange();
    assertEquals(Set.of(Readiness.READABLE, Readiness.WRITABLE), port.poll());
    node.vanish();
    awaitChange();
    assertEquals(Set.of(Readiness.ERROR), port.poll());
  }

  @Test
  void lx155_lx160_aDeviceThatGoesIsToldAndIsEpipe() throws Exception {
    node.vanish();
    awaitChange();
    assertErrno(Errno.EPIPE, () -> port.tryRead(MemorySegment.ofArray(new byte[8])));
    assertErrno(Errno.EPIPE, () -> port.tryWrite(text("x")));
  }

  @Test
  void aMessageThatNoKernelTakesIsNotEvenCopied() {
    MemorySegment huge = MemorySegment.ofArray(new byte[KernelPort.MOST_BYTES + 1]);
    assertErrno(Errno.EMSGSIZE, () -> port.tryWrite(huge));
  }

  @Test
  void whoIsReadyAndNotReadCostsNothing() throws Exception {
    port.poll();
    node.deliver("x");
    awaitChange();
    node.deliver("y");
    port.poll();
    assertFalse(changes.tryAcquire(50, TimeUnit.MILLISECONDS), "told twice");
  }

  @Test
  void afterCloseNoCallIsMade() throws Exception {
    port.close();
    port.close();
    assertTrue(port.isClosed());
    assertEquals(Set.of(Readiness.ERROR), port.poll());
    assertThrows(Exception.class, () -> port.tryRead(MemorySegment.ofArray(new byte[8])));
  }

  @Test
  void lx166_aNodeThatIsGoneIsNotDestroyedAgain() throws Exception {
    node.vanish();
    awaitChange();
    port.destroy();
  }
}
