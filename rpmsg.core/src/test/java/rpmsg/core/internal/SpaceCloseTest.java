// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.message;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** What closing an address space leaves: nothing. */
class SpaceCloseTest {
  private final TestBus bus = new TestBus(Duration.ofSeconds(2));
  private final TestLink link = new TestLink(bus);
  private final List<String> closed = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    bus.close();
  }

  private final class Closed implements RpmsgListener {
    @Override
    public void onMessage(RpmsgMessage message) {}

    @Override
    public void onClosed(RpmsgEndpoint endpoint) {
      closed.add(endpoint.address() + " " + endpoint.isOpen() + " " + onControlQueue());
    }

    private boolean onControlQueue() {
      return Thread.currentThread().getName().equals("rpmsg-virtio0-control");
    }
  }

  private static ChannelInfo info(String name, int src) {
    return new ChannelInfo(name, src, 9);
  }

  private static long rpmsgThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("rpmsg-"))
        .count();
  }

  @Test
  void everythingIsRemovedAndEveryListenerToldOnce() throws Exception {
    bus.add(bus.driver("d").listenWith(new Closed()), "server");
    Channel channel = link.channel(info("server", 0x300));
    RpmsgEndpoint further = channel.createEndpoint(0x301, new Closed());
    RpmsgEndpoint free = link.space.createEndpoint(0x302, new Closed());
    RpmsgEndpoint announced = link.space.announce("mine", 0x303, new Closed());
    link.space.createEndpoint(0x304, new Closed()).close();
    bus.events.clear();
    link.close();
    link.close();
    assertEquals(
        List.of("DESTROY server", "unregister server", "d remove server", "DESTROY mine"),
        bus.events);
    List<String> sorted = new ArrayList<>(closed);
    Collections.sort(sorted);
    assertEquals(
        List.of("768 false true", "769 false true", "770 false true", "771 false true"), sorted);
    assertFalse(further.isOpen() || free.isOpen() || announced.isOpen());
    assertFalse(channel.isOpen());
    assertFalse(link.space.isOpen());
    assertNull(channel.driver());
    assertEquals(List.of(), bus.services);
    assertEquals(0, link.space.endpoints().size());
    assertEquals(0, link.space.channels().size());
    assertEquals(0, bus.bus.transports().size());
  }

  @Test
  void noThreadIsLeft() throws Exception {
    link.channel(info("a", 1));
    Bounded.until("the control thread is there", () -> rpmsgThreads() > 0);
    link.close();
    Bounded.until("no thread is left", () -> rpmsgThreads() == 0);
  }

  @Test
  void theSameTransportCanOpenAgain() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> new TestLink(bus));
    link.space.createEndpoint(1024, message -> {});
    link.close();
    TestLink again = new TestLink(bus);
    assertEquals(1024, again.space.createEndpoint(RpmsgAddress.ANY, m -> {}).address());
    link.close();
    assertEquals(List.of(again.space), List.copyOf(bus.bus.transports()));
  }

  @Test
  void messagesAfterCloseAreDropped() throws Exception {
    link.space.createEndpoint(1024, message -> closed.add("message"));
    link.close();
    assertTrue(link.space.deliver(message(1, 1024, "x")));
    assertEquals(List.of(), closed);
    assertFalse(link.space.execute(() -> {}));
  }

  @Test
  void itWaitsForARunningCallback() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    link.space.createEndpoint(
        1024,
        message -> {
          running.countDown();
          Bounded.await(go);
          closed.add("callback ended");
        });
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      receiver.receive(message(1, 1024, "x"));
      Bounded.await(running);
      Thread closer = Thread.ofPlatform().start(this::closeAndSay);
      Thread second = Thread.ofPlatform().start(this::closeAndSay);
      Bounded.untilWaiting(closer);
      Bounded.untilWaiting(second);
      go.countDown();
      Bounded.join(closer);
      Bounded.join(second);
    }
    assertEquals(List.of("callback ended", "close returned", "close returned"), closed);
  }

  private void closeAndSay() {
    link.close();
    closed.add("close returned");
  }

  @Test
  void anInterruptedCallerClosesAllTheSame() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    link.channel(info("a", 1));
    link.space.execute(() -> Bounded.await(go));
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              link.close();
            });
    Bounded.untilWaiting(closer);
    go.countDown();
    Bounded.join(closer);
    assertEquals(List.of(), bus.services);
    assertEquals(0, bus.bus.transports().size());
  }

  @Test
  void aListenerThatHangsKeepsNobodyElseFromBeingClosed() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    RpmsgListener hanging =
        message -> {
          running.countDown();
          Bounded.await(go);
        };
    bus.add(bus.driver("d").listenWith(hanging), "first");
    Channel first = link.channel(info("first", 1));
    Channel second = link.channel(info("second", 2));
    RpmsgEndpoint free = link.space.createEndpoint(3, new Closed());
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      receiver.receive(message(9, 1, "x"));
      Bounded.await(running);
      link.close();
      assertFalse(first.isOpen());
      assertFalse(second.isOpen());
      assertFalse(free.isOpen());
      assertEquals(List.of(), bus.services);
      assertEquals(List.of("3 false true"), closed);
      go.countDown();
    }
  }

  @Test
  void aDriverThatHangsIsInterruptedAndTheRestIsRemoved() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    TestDriver hanging =
        bus.driver("d")
            .onProbe(channel -> {
              running.countDown();
              new CountDownLatch(1).await();
            });
    link.channel(info("other", 1));
    bus.add(hanging, "first");
    link.space.createChannel(info("first", 2));
    Bounded.await(running);
    link.close();
    assertEquals(List.of(), bus.services);
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void aListenerThatFailsInOnClosedKeepsNobodyElseFromBeingClosed() throws Exception {
    for (int i = 0; i < 5; i++) {
      link.space.createEndpoint(i, new FailsInOnClosed());
      link.channel(info("c" + i, 100 + i)).createEndpoint(200 + i, new FailsInOnClosed());
    }
    link.close();
    assertEquals(0, link.space.endpoints().size());
    assertEquals(List.of(), bus.services);
    assertEquals(10L, link.space.counters().get("listenerFailures"));
  }

  private static final class FailsInOnClosed implements RpmsgListener {
    @Override
    public void onMessage(RpmsgMessage message) {}

    @Override
    public void onClosed(RpmsgEndpoint endpoint) {
      throw new AssertionError("onClosed");
    }
  }

  @Test
  void aPeerThatTakesNothingDelaysTheFarewellsOnceNotEachTime() throws Exception {
    for (int i = 0; i < 40; i++) {
      link.space.announce("svc" + i, 2000 + i, message -> {});
    }
    link.buffers.drainPermits();
    long start = System.nanoTime();
    link.close();
    assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10));
    assertEquals(0, link.space.endpoints().size());
    assertEquals(0, bus.bus.transports().size());
  }

  @Test
  void closingTheBusClosesAllSpaces() {
    TestLink other = new TestLink(bus, "virtio1");
    bus.close();
    assertFalse(link.space.isOpen());
    assertFalse(other.space.isOpen());
    assertEquals(0, bus.bus.transports().size());
  }
}
