// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.testing.RecordingLog;

/** Many threads in one channel: who is woken by what. */
@Timeout(120)
class WaitTest {
  private static final int MANY = 10_000;

  private final FakePort port = new FakePort();
  private final AtomicInteger closedCalls = new AtomicInteger();
  private final EndpointChannel channel = open();

  private EndpointChannel open() {
    try {
      return OpenEndpoint.open(port, closedCalls::incrementAndGet, new RecordingLog().logger());
    } catch (RpmsgException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private int readOne() throws java.io.IOException {
    return channel.read(ByteBuffer.allocate(16));
  }

  private List<CompletableFuture<Integer>> readers(int count) {
    Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      readers.add(
          Bounded.start(() -> {
            threads.add(Thread.currentThread());
            return readOne();
          }));
    }
    Bounded.until(
        "all tried, and wait",
        () ->
            port.reads.get() >= count
                && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
    return readers;
  }

  private List<CompletableFuture<Integer>> writers(int count) {
    port.buffers(0);
    List<CompletableFuture<Integer>> writers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      writers.add(
          Bounded.start(() -> channel.write(ByteBuffer.allocate(1), Duration.ofSeconds(60))));
    }
    Bounded.until("all tried", () -> port.writes.get() >= count);
    return writers;
  }

  @Test
  void closingWakesTenThousandReadersAndWriters() throws Exception {
    List<CompletableFuture<Integer>> waiting = readers(MANY);
    waiting.addAll(writers(100));
    channel.close();
    for (CompletableFuture<Integer> one : waiting) {
      assertEquals(AsynchronousCloseException.class, Bounded.failure(one).getClass());
    }
    assertEquals(1, port.closes.get());
    assertEquals(1, closedCalls.get());
  }

  @Test
  void aMessageWakesOneOfTenThousandReaders() throws Exception {
    List<CompletableFuture<Integer>> readers = readers(MANY);
    for (int i = 1; i <= 100; i++) {
      int count = i;
      port.receive("m");
      Bounded.until(
          "read", () -> readers.stream().filter(CompletableFuture::isDone).count() == count);
    }
    int attempts = port.reads.get() - MANY;
    assertTrue(attempts <= 300, () -> attempts + " attempts for 100 messages");
    channel.close();
  }

  @Test
  void severalMessagesAtOnceAreReadByWhoWaits() throws Exception {
    List<CompletableFuture<Integer>> readers = readers(MANY);
    for (int i = 0; i < MANY; i++) {
      port.receive("m");
    }
    for (CompletableFuture<Integer> reader : readers) {
      assertEquals(1, Bounded.get(reader));
    }
    assertTrue(port.reads.get() < 3 * MANY, () -> port.reads.get() + " attempts");
  }

  /** Readers that wait, that give up and that never wait, against bursts of messages. */
  @Test
  void noMessageIsLeftWhileSomebodyWaits() throws Exception {
    int messages = 20_000;
    AtomicInteger read = new AtomicInteger();
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      int kind = i % 4;
      readers.add(
          Bounded.start(() -> {
            for (; ; ) {
              try {
                readAs(kind);
                read.incrementAndGet();
              } catch (RpmsgException late) {
                assertEquals(Errno.EAGAIN, late.errno());
                Thread.yield();
              }
            }
          }));
    }
    for (int sent = 0; sent < messages; ) {
      int burst = Math.min(messages - sent, ThreadLocalRandom.current().nextInt(1, 30));
      for (int i = 0; i < burst; i++) {
        port.receive("m");
      }
      sent += burst;
      int all = sent;
      Bounded.until("all of a burst is read", () -> read.get() == all);
    }
    channel.close();
    for (CompletableFuture<Void> reader : readers) {
      assertInstanceOf(ClosedChannelException.class, Bounded.failure(reader));
    }
  }

  private void readAs(int kind) throws java.io.IOException {
    switch (kind) {
      case 0, 1 -> readOne();
      case 2 ->
          channel.read(
              ByteBuffer.allocate(16),
              Duration.ofNanos(ThreadLocalRandom.current().nextInt(1, 200_000)));
      default -> {
        LockSupport.parkNanos(ThreadLocalRandom.current().nextInt(1, 200_000));
        channel.read(ByteBuffer.allocate(16), Duration.ZERO);
      }
    }
  }

  @Test
  void whatComesBetweenALookAndTheWaitIsNotMissed() throws Exception {
    port.afterNothing(() -> port.receive("just now"));
    assertEquals(8, Bounded.get(Bounded.start(this::readOne)));
    port.buffers(0);
    port.afterNothing(() -> port.buffers(1));
    long start = System.nanoTime();
    assertEquals(1, channel.write(ByteBuffer.allocate(1), Duration.ofSeconds(20)));
    assertTrue(System.nanoTime() - start < 10_000_000_000L);
    port.afterNothing(port::goAway);
    assertErrno(Errno.EPIPE, Bounded.start(this::readOne));
  }

  @Test
  void aCloseBetweenALookAndTheWaitIsNotMissed() throws Exception {
    port.afterNothing(channel::close);
    assertEquals(
        AsynchronousCloseException.class, Bounded.failure(Bounded.start(this::readOne)).getClass());
  }

  /** With only waiting readers: each message depends on a wake-up. */
  @Test
  void everyWakeUpArrives() throws Exception {
    int messages = 50_000;
    AtomicInteger read = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      Bounded.start(() -> {
        for (; ; ) {
          readOne();
          read.incrementAndGet();
        }
      });
    }
    for (int sent = 1; sent <= messages; sent++) {
      port.receive("m");
      int all = sent;
      if (sent % 3 == 0) {
        Bounded.until("read", () -> read.get() == all);
      }
    }
    Bounded.until("read", () -> read.get() == messages);
    channel.close();
  }

  @Test
  void everyFreeBufferIsUsedByWhoWaits() throws Exception {
    List<CompletableFuture<Integer>> writers = writers(1000);
    port.buffers(400);
    Bounded.until("400", () -> writers.stream().filter(CompletableFuture::isDone).count() == 400);
    port.buffers(600);
    for (CompletableFuture<Integer> writer : writers) {
      assertEquals(1, Bounded.get(writer));
    }
  }

  @Test
  void lx155_whenTheDeviceGoesAllWhoWaitGetEpipe() throws Exception {
    List<CompletableFuture<Integer>> waiting = readers(1000);
    waiting.addAll(writers(100));
    port.goAway();
    for (CompletableFuture<Integer> one : waiting) {
      assertErrno(Errno.EPIPE, one);
    }
    assertEquals(EnumSet.of(Readiness.ERROR), channel.poll());
    assertTrue(channel.isOpen());
    assertEquals(0, port.closes.get());
  }

  @Test
  void anInterruptClosesTheChannel() throws Exception {
    List<CompletableFuture<Integer>> others = readers(10);
    AtomicReference<Thread> thread = new AtomicReference<>();
    CompletableFuture<Boolean> interrupted =
        Bounded.start(() -> {
          thread.set(Thread.currentThread());
          assertThrows(ClosedByInterruptException.class, this::readOne);
          return Thread.currentThread().isInterrupted();
        });
    Bounded.until("tried", () -> port.reads.get() == 11);
    thread.get().interrupt();
    assertTrue(Bounded.get(interrupted), "the interrupt status stays set");
    for (CompletableFuture<Integer> other : others) {
      assertEquals(AsynchronousCloseException.class, Bounded.failure(other).getClass());
    }
    assertFalse(channel.isOpen());
    assertEquals(1, port.closes.get());
  }

  @Test
  void whoIsInterruptedAlreadyClosesTheChannelAlsoWhereNothingHadToBeWaitedFor() throws Exception {
    port.receive("m");
    CompletableFuture<Boolean> interrupted =
        Bounded.start(() -> {
          Thread.currentThread().interrupt();
          assertThrows(ClosedByInterruptException.class, this::readOne);
          return Thread.currentThread().isInterrupted();
        });
    assertTrue(Bounded.get(interrupted));
    assertFalse(channel.isOpen());
  }

  @Test
  void whatDoesNotWaitIsNotInterrupted() throws Exception {
    port.receive("m");
    CompletableFuture<Integer> read =
        Bounded.start(() -> {
          Thread.currentThread().interrupt();
          channel.write(ByteBuffer.allocate(1), Duration.ZERO);
          return channel.read(ByteBuffer.allocate(16), Duration.ZERO);
        });
    assertEquals(1, Bounded.get(read));
    assertTrue(channel.isOpen());
  }

  @Test
  void aClosedChannelIsClosedForAll() {
    channel.close();
    channel.close();
    assertEquals(1, port.closes.get());
    assertEquals(1, closedCalls.get());
    List<Executable> all =
        List.of(
            this::readOne,
            () -> channel.read(ByteBuffer.allocate(0)),
            () -> channel.read(ByteBuffer.allocate(1), Duration.ZERO),
            () -> channel.write(ByteBuffer.allocate(1)),
            channel::outgoingFlowPaused,
            () -> channel.pauseIncomingFlow(true));
    for (Executable one : all) {
      assertEquals(
          ClosedChannelException.class, assertThrows(ClosedChannelException.class, one).getClass());
    }
    assertEquals(EnumSet.noneOf(Readiness.class), channel.poll());
    assertFalse(channel.isOpen());
  }

  @Test
  void aSecondCloseWaitsForTheFirst() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch closing = new CountDownLatch(1);
    port.onClose(() -> {
      closing.countDown();
      await(go);
    });
    CompletableFuture<Integer> first = Bounded.start(this::close);
    await(closing);
    assertFalse(channel.isOpen());
    CompletableFuture<Integer> second = Bounded.start(this::close);
    assertThrows(
        java.util.concurrent.TimeoutException.class, () -> second.get(50, TimeUnit.MILLISECONDS));
    go.countDown();
    assertEquals(1, Bounded.get(first));
    assertEquals(1, Bounded.get(second));
  }

  private int close() {
    channel.close();
    return closedCalls.get();
  }

  @Test
  void aPortThatFailsToCloseIsClosedAllTheSame() {
    port.onClose(() -> {
      throw new IllegalStateException("still running");
    });
    assertThrows(IllegalStateException.class, channel::close);
    assertEquals(1, closedCalls.get());
    channel.close();
    assertEquals(1, port.closes.get());
  }

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(Bounded.SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
