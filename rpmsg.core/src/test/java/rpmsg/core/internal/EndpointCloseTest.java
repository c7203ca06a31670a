// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.message;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Closing an endpoint and running its callback, in every order (LX034 to LX036). */
class EndpointCloseTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);
  private final ReceiveThread receiver = new ReceiveThread(link);

  @AfterEach
  void close() {
    bus.close();
    receiver.close();
  }

  @Test
  void lx034_closeReturnsOnlyAfterTheRunningCallback() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    AtomicBoolean endedAtReturn = new AtomicBoolean();
    RpmsgEndpoint endpoint =
        link.space.createEndpoint(
            2000,
            message -> {
              running.countDown();
              Bounded.await(go);
              ended.set(true);
            });
    receiver.receive(message(1, 2000, "x"));
    Bounded.await(running);
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              endpoint.close();
              endedAtReturn.set(ended.get());
            });
    Bounded.untilWaiting(closer);
    assertFalse(endpoint.isOpen());
    go.countDown();
    Bounded.join(closer);
    assertTrue(endedAtReturn.get(), "close returned while the callback ran");
  }

  @Test
  void inABatchAnEndpointThatIsClosedGetsNothingMoreAndItsCloserWaitsNoLongerThanTheBatch()
      throws Exception {
    AtomicInteger received = new AtomicInteger();
    RpmsgEndpoint endpoint = link.space.createEndpoint(2000, message -> received.incrementAndGet());
    link.space.beginBatch();
    assertTrue(link.space.deliver(message(1, 2000, "x")));
    Thread closer = Thread.ofPlatform().start(endpoint::close);
    Bounded.untilWaiting(closer);
    assertTrue(link.space.deliver(message(1, 2000, "y")));
    link.space.endBatch();
    Bounded.join(closer);
    assertEquals(1, received.get());
  }

  @Test
  void inABatchACallbackMayWaitForTheCloserOfAnotherEndpoint() throws Exception {
    RpmsgEndpoint first = link.space.createEndpoint(2000, message -> {});
    link.space.createEndpoint(
        2001, message -> Bounded.join(Thread.ofPlatform().start(first::close)));
    link.space.beginBatch();
    link.space.deliver(message(1, 2000, "x"));
    link.space.deliver(message(1, 2001, "x"));
    link.space.endBatch();
    assertFalse(first.isOpen());
    assertEquals(0L, link.space.counters().get("listenerFailures"));
  }

  @Test
  void lx034_anInterruptedCloserWaitsAllTheSameAndStaysInterrupted() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    RpmsgEndpoint endpoint =
        link.space.createEndpoint(
            2000,
            message -> {
              running.countDown();
              Bounded.await(go);
            });
    receiver.receive(message(1, 2000, "x"));
    Bounded.await(running);
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              endpoint.close();
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    Bounded.untilWaiting(closer);
    go.countDown();
    Bounded.join(closer);
    assertTrue(interrupted.get());
  }

  @Test
  void lx035_noCallbackStartsOrRunsAfterCloseReturned() throws Exception {
    AtomicInteger late = new AtomicInteger();
    for (int i = 0; i < 2000; i++) {
      CountDownLatch taken = new CountDownLatch(1);
      AtomicBoolean closed = new AtomicBoolean();
      RpmsgEndpoint endpoint =
          link.space.createEndpoint(
              2000,
              message -> {
                taken.countDown();
                Thread.onSpinWait();
                if (closed.get()) {
                  late.incrementAndGet();
                }
              });
      for (int n = 0; n < 20; n++) {
        receiver.receive(message(1, 2000, "x"));
      }
      Bounded.await(taken);
      endpoint.close();
      closed.set(true);
    }
    assertEquals(0, late.get());
  }

  @Test
  void lx036_closingInsideTheOwnCallbackWorks() throws Exception {
    AtomicReference<RpmsgEndpoint> self = new AtomicReference<>();
    CountDownLatch closed = new CountDownLatch(1);
    List<String> taken = new ArrayList<>();
    CountDownLatch ready = new CountDownLatch(1);
    self.set(
        link.space.createEndpoint(
            2000,
            message -> {
              Bounded.await(ready);
              self.get().close();
              taken.add(TestLink.text(message));
              closed.countDown();
            }));
    receiver.receive(message(1, 2000, "first"));
    receiver.receive(message(1, 2000, "second"));
    ready.countDown();
    Bounded.await(closed);
    Bounded.until("second was dropped", () -> link.space.counters().get("noRecipient") == 1);
    assertEquals(List.of("first"), taken);
    assertEquals(2000, link.space.createEndpoint(2000, message -> {}).address());
  }

  @Test
  void lx036_anotherThreadThatClosesTooWaitsForThatCallback() throws Exception {
    AtomicReference<RpmsgEndpoint> self = new AtomicReference<>();
    CountDownLatch closedItself = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    self.set(
        link.space.createEndpoint(
            2000,
            message -> {
              Bounded.until("endpoint is known", () -> self.get() != null);
              self.get().close();
              closedItself.countDown();
              Bounded.await(go);
            }));
    receiver.receive(message(1, 2000, "x"));
    Bounded.await(closedItself);
    Thread closer = Thread.ofPlatform().start(() -> self.get().close());
    Bounded.untilWaiting(closer);
    go.countDown();
    Bounded.join(closer);
  }

  @Test
  void closingAnotherEndpointInsideACallbackWorks() throws Exception {
    RpmsgEndpoint other = link.space.createEndpoint(2001, message -> {});
    CountDownLatch done = new CountDownLatch(1);
    link.space.createEndpoint(
        2000,
        message -> {
          other.close();
          done.countDown();
        });
    receiver.receive(message(1, 2001, "to the other"));
    receiver.receive(message(1, 2000, "close it"));
    receiver.receive(message(1, 2001, "too late"));
    Bounded.await(done);
    Bounded.until("last was dropped", () -> link.space.counters().get("noRecipient") == 1);
    assertFalse(other.isOpen());
    assertEquals(2L, link.space.counters().get("delivered"));
  }

  @Test
  void aClosedEndpointSaysEpipeAndIsNotWritable() throws Exception {
    RpmsgEndpoint endpoint = link.space.createEndpoint(2000, message -> {});
    assertTrue(endpoint.writable());
    endpoint.close();
    assertFalse(endpoint.writable());
    for (SendTest.Attempt attempt : SendTest.ATTEMPTS) {
      RpmsgException refused = assertThrows(RpmsgException.class, () -> attempt.on(endpoint, 1, 9));
      assertEquals(Errno.EPIPE, refused.errno());
    }
    assertThrows(RpmsgException.class, () -> endpoint.whenWritable(() -> {}));
    assertEquals(0, link.sent.size());
  }

  @Test
  void callbacksRunOnTheReceiveThread() throws Exception {
    AtomicReference<Thread> thread = new AtomicReference<>();
    link.space.createEndpoint(RpmsgAddress.ANY, message -> thread.set(Thread.currentThread()));
    receiver.receive(message(1, 1024, "x"));
    Bounded.until("it came", () -> thread.get() != null);
    assertSame(receiver.thread(), thread.get());
  }
}
