// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.chardev.EndpointChannel;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.testing.RecordingLog;

/** Reading and writing, with deadlines, in all kinds of memory. */
@Timeout(60)
class OpenEndpointTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration SOON = Duration.ofMillis(30);

  private final FakePort port = new FakePort();
  private final EndpointChannel channel = open(port);

  private static EndpointChannel open(FakePort port) {
    try {
      return OpenEndpoint.open(port, () -> {}, new RecordingLog().logger());
    } catch (rpmsg.core.RpmsgException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private String read() throws Exception {
    ByteBuffer target = ByteBuffer.allocate(64);
    channel.read(target, AT_ONCE);
    return new String(target.array(), 0, target.position(), US_ASCII);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  @Test
  void aReadWaitsForAMessage() throws Exception {
    CompletableFuture<Integer> read = Bounded.start(() -> channel.read(ByteBuffer.allocate(9)));
    Bounded.until("tried", () -> port.reads.get() > 0);
    assertFalse(read.isDone());
    port.receive("hello");
    assertEquals(5, Bounded.get(read));
  }

  @Test
  void aReadWithADeadlineWaitsForAMessage() throws Exception {
    CompletableFuture<Integer> read =
        Bounded.start(() -> channel.read(ByteBuffer.allocate(9), Duration.ofSeconds(20)));
    Bounded.until("tried", () -> port.reads.get() > 0);
    port.receive("hello");
    assertEquals(5, Bounded.get(read));
  }

  @Test
  void lx154_withoutAMessageADeadlineEndsInEagain() {
    ByteBuffer target = ByteBuffer.allocate(9);
    assertErrno(Errno.EAGAIN, () -> channel.read(target, AT_ONCE));
    assertErrno(Errno.EAGAIN, () -> channel.read(target, Duration.ofSeconds(-1)));
    long start = System.nanoTime();
    assertErrno(Errno.EAGAIN, () -> channel.read(target, SOON));
    assertTrue(System.nanoTime() - start >= SOON.toNanos());
    assertEquals(0, target.position());
    assertErrno(Errno.EAGAIN, () -> channel.read(MemorySegment.ofBuffer(target), AT_ONCE));
  }

  @Test
  void anyDurationIsADeadline() throws Exception {
    CompletableFuture<Integer> read =
        Bounded.start(
            () -> channel.read(ByteBuffer.allocate(9), Duration.ofSeconds(Long.MAX_VALUE)));
    Bounded.until("tried", () -> port.reads.get() > 0);
    port.receive("x");
    assertEquals(1, Bounded.get(read));
  }

  @Test
  void aReadFillsAnyMemoryFromItsPositionOn() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(8);
      List<ByteBuffer> targets =
          List.of(
              ByteBuffer.allocate(8),
              ByteBuffer.allocateDirect(8),
              ByteBuffer.allocate(20).slice(7, 8),
              segment.asByteBuffer());
      for (ByteBuffer target : targets) {
        port.receive("abc");
        target.position(2).limit(7);
        assertEquals(3, channel.read(target));
        assertEquals(5, target.position());
        assertEquals(7, target.limit());
        assertEquals(ByteBuffer.wrap("abc".getBytes(US_ASCII)), target.slice(2, 3));
      }
      port.receive("xyz");
      assertEquals(3, channel.read(segment));
      assertEquals('x', segment.get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  @Test
  void aTargetWithoutRoomTakesNoMessage() throws Exception {
    assertEquals(0, channel.read(ByteBuffer.allocate(0)));
    port.receive("kept");
    assertEquals(0, channel.read(ByteBuffer.allocate(0)));
    assertEquals(0, channel.read(MemorySegment.NULL, AT_ONCE));
    assertEquals("kept", read());
  }

  @Test
  void aReadOnlyTargetIsRefusedAndTakesNoMessage() throws Exception {
    port.receive("kept");
    ByteBuffer readOnly = ByteBuffer.allocate(8).asReadOnlyBuffer();
    assertThrows(IllegalArgumentException.class, () -> channel.read(readOnly));
    MemorySegment segment = MemorySegment.ofArray(new byte[8]).asReadOnly();
    assertThrows(IllegalArgumentException.class, () -> channel.read(segment, AT_ONCE));
    assertEquals("kept", read());
  }

  @Test
  void lx159_aWriteSendsWhatIsLeftInAnyMemoryAndSaysHowMuch() throws Exception {
    ByteBuffer direct = ByteBuffer.allocateDirect(8).put(bytes("..abc...")).position(2).limit(5);
    for (ByteBuffer source :
        List.of(
            bytes("..abc...").position(2).limit(5),
            bytes("..abc...").asReadOnlyBuffer().position(2).limit(5),
            direct)) {
      assertEquals(3, channel.write(source));
      assertEquals(5, source.position());
    }
    assertEquals(3, channel.write(MemorySegment.ofArray("abc".getBytes(US_ASCII))));
    assertEquals(3, channel.write(MemorySegment.ofArray("abc".getBytes(US_ASCII)), AT_ONCE));
    assertEquals(0, channel.write(ByteBuffer.allocate(0), AT_ONCE));
    assertEquals(List.of("abc", "abc", "abc", "abc", "abc", ""), port.sent);
  }

  @Test
  void lx157_withoutABufferADeadlineEndsInEagainAndSendsNothing() {
    port.buffers(0);
    ByteBuffer source = bytes("abc");
    assertErrno(Errno.EAGAIN, () -> channel.write(source, AT_ONCE));
    assertErrno(Errno.EAGAIN, () -> channel.write(source, SOON));
    assertErrno(Errno.EAGAIN, () -> channel.write(MemorySegment.ofBuffer(source), AT_ONCE));
    assertEquals(0, source.position());
    assertEquals(List.of(), port.sent);
  }

  @Test
  void lx077_withoutABufferAPlainWriteEndsInErestartsysAfterTheDefaultTimeout() {
    port.buffers(0);
    long start = System.nanoTime();
    assertErrno(Errno.ERESTARTSYS, () -> channel.write(bytes("abc")));
    assertTrue(System.nanoTime() - start >= RpmsgEndpoint.DEFAULT_TIMEOUT.toNanos());
  }

  @Test
  void aWriteWaitsForABuffer() throws Exception {
    port.buffers(0);
    CompletableFuture<Integer> write =
        Bounded.start(() -> channel.write(bytes("abc"), Duration.ofSeconds(20)));
    Bounded.until("tried", () -> port.writes.get() > 0);
    assertFalse(write.isDone());
    port.buffers(1);
    assertEquals(3, Bounded.get(write));
  }

  @Test
  void writersGoOnWhereNobodyTellsOfFreeBuffers() throws Exception {
    port.silentOfBuffers().buffers(0);
    List<CompletableFuture<Integer>> writes =
        java.util.stream.Stream.generate(
                () -> Bounded.start(() -> channel.write(bytes("abc"), Duration.ofSeconds(20))))
            .limit(100)
            .toList();
    Bounded.until("tried", () -> port.writes.get() >= 100);
    port.buffers(60);
    Bounded.until("60", () -> writes.stream().filter(CompletableFuture::isDone).count() == 60);
    port.buffers(40);
    for (CompletableFuture<Integer> write : writes) {
      assertEquals(3, Bounded.get(write));
    }
  }

  @Test
  void whenTheWriterThatLooksGivesUpAnotherOneLooks() throws Exception {
    port.silentOfBuffers().buffers(0);
    CompletableFuture<Integer> first = Bounded.start(() -> channel.write(bytes("a"), SOON));
    Bounded.until("tried", () -> port.writes.get() > 0);
    CompletableFuture<Integer> second =
        Bounded.start(() -> channel.write(bytes("b"), Duration.ofSeconds(50)));
    assertErrno(Errno.EAGAIN, first);
    port.buffers(1);
    assertEquals(1, Bounded.get(second));
  }

  @Test
  void onlyOneOfManyWaitingWritersLooksByItself() throws Exception {
    port.silentOfBuffers().buffers(0);
    for (int i = 0; i < 1000; i++) {
      Bounded.start(() -> channel.write(bytes("abc"), Duration.ofSeconds(20)));
    }
    Bounded.until("tried", () -> port.writes.get() >= 1000);
    long start = System.nanoTime();
    int before = port.writes.get();
    Bounded.until("looked", () -> port.writes.get() >= before + 20);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    int looks = port.writes.get() - before;
    assertTrue(looks <= 20 + millis, () -> looks + " attempts within " + millis + " ms");
    channel.close();
  }

  @Test
  void whatThePortRefusesIsSaid() {
    assertErrno(Errno.EOPNOTSUPP, () -> channel.pauseIncomingFlow(true));
    port.goAway();
    assertErrno(Errno.EPIPE, () -> channel.read(ByteBuffer.allocate(9)));
    assertErrno(Errno.EPIPE, () -> channel.write(bytes("abc"), AT_ONCE));
    assertErrno(Errno.EPIPE, channel::outgoingFlowPaused);
    assertTrue(channel.isOpen(), "what is gone still has to be closed");
  }
}
