// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.EndpointChannel.Readiness.ERROR;
import static rpmsg.chardev.EndpointChannel.Readiness.FLOW_CHANGED;
import static rpmsg.chardev.EndpointChannel.Readiness.READABLE;
import static rpmsg.chardev.EndpointChannel.Readiness.WRITABLE;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.core.RpmsgException;
import rpmsg.core.testing.RecordingLog;

/** What a readiness listener is told, and when. */
@Timeout(60)
class ReadinessTest {
  private final FakePort port = new FakePort();
  private final RecordingLog logs = new RecordingLog();
  private final EndpointChannel channel = open();
  private final BlockingQueue<Set<Readiness>> told = new LinkedBlockingQueue<>();

  private EndpointChannel open() {
    try {
      return OpenEndpoint.open(port, () -> {}, logs.logger());
    } catch (RpmsgException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private Set<Readiness> next() throws InterruptedException {
    return told.poll(Bounded.SECONDS, TimeUnit.SECONDS);
  }

  private void assertQuiet() throws InterruptedException {
    assertNull(told.poll(50, TimeUnit.MILLISECONDS));
  }

  private void listen() {
    channel.onReady((from, ready) -> told.add(EnumSet.copyOf(ready)));
  }

  private int read() throws java.io.IOException {
    return channel.read(ByteBuffer.allocate(9), Duration.ZERO);
  }

  private void drain() throws java.io.IOException {
    try {
      for (; ; ) {
        read();
      }
    } catch (RpmsgException empty) {
      assertEquals(rpmsg.core.Errno.EAGAIN, empty.errno());
    }
  }

  @Test
  void itIsToldAtOnceAndThenOfWhatIsNew() throws Exception {
    listen();
    assertEquals(EnumSet.of(WRITABLE), next());
    port.receive("a");
    assertEquals(EnumSet.of(READABLE, WRITABLE), next());
    port.receive("b");
    assertQuiet();
    drain();
    assertQuiet();
    port.receive("c");
    assertEquals(EnumSet.of(READABLE, WRITABLE), next());
  }

  @Test
  void whoFindsItUnreadyByAskingIsToldAgain() throws Exception {
    port.receive("a");
    listen();
    assertEquals(EnumSet.of(READABLE, WRITABLE), next());
    read();
    assertEquals(EnumSet.of(WRITABLE), channel.poll());
    port.receive("b");
    assertEquals(EnumSet.of(READABLE, WRITABLE), next());
  }

  @Test
  void aFreeBufferIsNewsAfterThereWasNone() throws Exception {
    port.buffers(1);
    listen();
    assertEquals(EnumSet.of(WRITABLE), next());
    channel.write(ByteBuffer.allocate(1), Duration.ZERO);
    Bounded.assertErrno(
        rpmsg.core.Errno.EAGAIN, () -> channel.write(ByteBuffer.allocate(1), Duration.ZERO));
    port.buffers(1);
    assertEquals(EnumSet.of(WRITABLE), next());
  }

  @Test
  void lx169_askingForTheFlowEndsItsChange() throws Exception {
    listen();
    assertEquals(EnumSet.of(WRITABLE), next());
    port.flowChanged();
    assertEquals(EnumSet.of(WRITABLE, FLOW_CHANGED), next());
    assertTrue(channel.outgoingFlowPaused());
    assertEquals(EnumSet.of(WRITABLE), channel.poll());
    port.flowChanged();
    assertEquals(EnumSet.of(WRITABLE, FLOW_CHANGED), next());
  }

  @Test
  void itIsToldThatTheDeviceIsGone() throws Exception {
    listen();
    next();
    port.goAway();
    assertEquals(EnumSet.of(ERROR), next());
  }

  @Test
  void whatIsReadWhileItIsBeingToldOfIsToldOfAgainWhenMoreComes() throws Exception {
    port.receive("a");
    port.afterPoll(() -> {
      try {
        drain();
      } catch (java.io.IOException e) {
        throw new AssertionError(e);
      }
    });
    listen();
    assertEquals(EnumSet.of(READABLE, WRITABLE), next());
    assertQuiet();
    port.receive("b");
    assertEquals(EnumSet.of(READABLE, WRITABLE), next());
  }

  /** What is read on many threads while it comes: nobody may be left untold. */
  @Test
  void noNewsIsLost() throws Exception {
    int messages = 20_000;
    AtomicInteger read = new AtomicInteger();
    channel.onReady((from, ready) -> {
      try {
        for (; ready.contains(READABLE); read.incrementAndGet()) {
          read();
        }
      } catch (java.io.IOException empty) {
        // Until the next news
      }
    });
    for (int i = 1; i <= messages; i++) {
      port.receive("m");
      if (i % 7 == 0) {
        int all = i;
        Bounded.until("read", () -> read.get() == all);
      }
    }
    Bounded.until("read", () -> read.get() == messages);
  }

  @Test
  void itNeverRunsTwiceAtOnce() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean twice = new AtomicBoolean();
    EndpointChannel.ReadinessListener listener =
        (from, ready) -> {
          twice.compareAndSet(false, inside.incrementAndGet() != 1);
          Thread.yield();
          inside.decrementAndGet();
          calls.incrementAndGet();
        };
    for (int i = 0; i < 2000; i++) {
      channel.onReady(listener);
      port.receive("m");
      drain();
    }
    Bounded.until("called", () -> calls.get() > 0);
    assertFalse(twice.get());
  }

  @Test
  void oneThatHangsHoldsUpNobodyElse() throws Exception {
    CountDownLatch hung = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    channel.onReady((from, ready) -> {
      hung.countDown();
      WaitTest.await(go);
    });
    WaitTest.await(hung);
    port.receive("a");
    assertEquals(1, read());
    channel.close();
    go.countDown();
  }

  @Test
  void itMayReadAndCloseTheChannel() throws Exception {
    port.receive("abc");
    channel.onReady((from, ready) -> {
      try {
        read();
        from.close();
        told.add(from.poll());
      } catch (java.io.IOException e) {
        throw new AssertionError(e);
      }
    });
    assertEquals(EnumSet.noneOf(Readiness.class), next());
    assertFalse(channel.isOpen());
    assertEquals(1, port.closes.get());
    port.receive("more");
    assertQuiet();
  }

  @Test
  void whatItThrowsIsLoggedAndItIsToldAgain() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    channel.onReady((from, ready) -> {
      calls.incrementAndGet();
      throw new IllegalStateException("oops");
    });
    Bounded.until("logged", () -> logs.lines().size() == 1);
    assertTrue(logs.lines().getFirst().contains("oops"), logs.lines().getFirst());
    port.receive("a");
    Bounded.until("told again", () -> calls.get() == 2);
  }

  @Test
  void aNewOneTakesThePlaceOfTheOldAndNullOfBoth() throws Exception {
    listen();
    next();
    BlockingQueue<Set<Readiness>> second = new LinkedBlockingQueue<>();
    channel.onReady((from, ready) -> second.add(EnumSet.copyOf(ready)));
    assertEquals(EnumSet.of(WRITABLE), second.poll(Bounded.SECONDS, TimeUnit.SECONDS));
    port.receive("a");
    assertEquals(EnumSet.of(READABLE, WRITABLE), second.poll(Bounded.SECONDS, TimeUnit.SECONDS));
    channel.onReady(null);
    drain();
    port.receive("b");
    assertNull(second.poll(50, TimeUnit.MILLISECONDS));
    assertQuiet();
  }
}
