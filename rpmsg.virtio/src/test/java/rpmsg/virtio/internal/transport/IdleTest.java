// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

@Timeout(60)
class IdleTest {
  private static final TransportConfig CONFIG = TestNode.config("idling", Role.HOST, 0);
  private static final long SHORTEST = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(1600);

  @Test
  void aLinkWithoutMessagesIsLookedAtLessAndLessOftenUntilOneComes() throws Exception {
    try (FakeLink link = new FakeLink("idle", 0, true);
        TestNode node = new TestNode(TestNode.config("idle", Role.HOST, 1))) {
      VirtioTransport transport =
          new VirtioTransport(CONFIG, node.bus, s -> () -> {}, node.logger());
      Session session = new Session(transport, CONFIG, link);
      CompletableFuture<String> over = run(session);
      TestNode.await("long waits", () -> link.awaits.size() > 8);
      List<Long> first = link.awaits.stream().limit(8).map(IdleTest::roundedUp).toList();
      assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 16L, 16L, 16L), first);
      int before = link.awaits.size();
      link.wake();
      TestNode.await(
          "short waits",
          () -> link.awaits.stream().skip(before).anyMatch(nanos -> nanos == SHORTEST));
      link.status(link.status() | Status.NEEDS_RESET);
      assertEquals("the device asks for a reset", over.get(20, TimeUnit.SECONDS));
      assertTrue(link.awaits.stream().allMatch(nanos -> nanos <= LONGEST));
      session.end(true);
    }
  }

  /** Long waits are cut to moments that many links share: in steps of the shortest. */
  private static long roundedUp(long wait) {
    return (wait + SHORTEST - 1) / SHORTEST;
  }

  private static CompletableFuture<String> run(Session session) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return session.run();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void whoLooksAtAQuietPolledLinkSeesAMessageAndAReset() throws Exception {
    try (FakeLink link = new FakeLink("idle-quiet", 0, true);
        TestNode node = new TestNode(TestNode.config("idle", Role.HOST, 1))) {
      link.rings = false;
      VirtioTransport transport =
          new VirtioTransport(CONFIG, node.bus, s -> () -> {}, node.logger());
      Session session = new Session(transport, CONFIG, link);
      CompletableFuture<String> over = run(session);
      transport.nameService(node);
      TestNode.await("DRIVER_OK", () -> (link.status() & 4) != 0);
      CompletableFuture<Integer> actives = new CompletableFuture<>();
      session.space().createEndpoint(0, message -> actives.complete(link.actives.get()));
      CountDownLatch first = asleep(link);
      assertFalse(link.news.getAsBoolean());
      link.queue0.usedEntry(0, 0, 16);
      link.queue0.usedIndex(1);
      assertTrue(link.news.getAsBoolean());
      CountDownLatch second = new CountDownLatch(1);
      link.sleep = second;
      first.countDown();
      assertEquals(1, actives.get(20, TimeUnit.SECONDS), "before the listener runs");
      TestNode.await("asleep", () -> link.asleep);
      assertFalse(link.news.getAsBoolean());
      link.status(link.status() | Status.NEEDS_RESET);
      assertTrue(link.news.getAsBoolean());
      second.countDown();
      assertEquals("the device asks for a reset", over.get(20, TimeUnit.SECONDS));
      session.end(true);
      assertNull(link.news);
    }
  }

  private static CountDownLatch asleep(FakeLink link) {
    CountDownLatch end = new CountDownLatch(1);
    link.sleep = end;
    TestNode.await("asleep", () -> link.asleep);
    return end;
  }

  @Test
  void aPolledLinkIsLookedAtOftenWhileSomebodyWaitsForABuffer() throws Exception {
    try (FakeLink link = new FakeLink("idle-poll", 0, true);
        TestNode node = new TestNode(TestNode.config("idle", Role.HOST, 1))) {
      link.rings = false;
      VirtioTransport transport =
          new VirtioTransport(CONFIG, node.bus, s -> () -> {}, node.logger());
      Session session = new Session(transport, CONFIG, link);
      CompletableFuture<String> over = run(session);
      transport.nameService(node);
      TestNode.await("DRIVER_OK", () -> (link.status() & 4) != 0);
      MemorySegment payload = MemorySegment.ofArray(new byte[1]);
      int sent = 0;
      while (session.send(1, 2, payload, 0)) {
        sent++;
      }
      assertEquals(256, sent);
      session.whenWritable(() -> {});
      link.awaits.clear();
      TestNode.await("short waits", () -> link.awaits.size() > 3);
      assertEquals(
          TimeUnit.MILLISECONDS.toNanos(1), link.awaits.stream().skip(2).findFirst().get());
      link.status(link.status() | Status.NEEDS_RESET);
      assertEquals("the device asks for a reset", over.get(20, TimeUnit.SECONDS));
      session.end(true);
    }
  }
}
