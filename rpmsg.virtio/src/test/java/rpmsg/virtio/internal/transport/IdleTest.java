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

  /** A host on a fake link, which has no name service yet. */
  private static final class Idling implements AutoCloseable {
    final FakeLink link;
    final TestNode node = new TestNode(TestNode.config("idle", Role.HOST, 1));
    final VirtioTransport transport =
        new VirtioTransport(CONFIG, node.bus, s -> () -> {}, node.logger());
    final Session session;
    final CompletableFuture<String> over;

    Idling(String name, boolean rings) throws Exception {
      link = new FakeLink(name, 0, true);
      link.rings = rings;
      session = new Session(transport, CONFIG, link);
      over =
          CompletableFuture.supplyAsync(() -> {
            try {
              return session.run();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
    }

    Idling online() {
      transport.nameService(node);
      TestNode.await("DRIVER_OK", () -> (link.status() & 4) != 0);
      return this;
    }

    /** Holds back its receive thread at the next wait. */
    CountDownLatch asleep() {
      CountDownLatch end = new CountDownLatch(1);
      link.sleep = end;
      TestNode.await("asleep", () -> link.asleep);
      return end;
    }

    void reset() {
      link.status(link.status() | Status.NEEDS_RESET);
    }

    void expectReset() throws Exception {
      assertEquals("the device asks for a reset", over.get(20, TimeUnit.SECONDS));
      session.end(true);
    }

    @Override
    public void close() {
      link.close();
      node.close();
    }
  }

  @Test
  void aLinkWithoutMessagesIsLookedAtLessAndLessOftenUntilOneComes() throws Exception {
    try (Idling idling = new Idling("idle", true)) {
      FakeLink link = idling.link;
      TestNode.await("long waits", () -> link.awaits.size() > 8);
      List<Long> first = link.awaits.stream().limit(8).map(IdleTest::roundedUp).toList();
      assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 16L, 16L, 16L), first);
      int before = link.awaits.size();
      link.wake();
      TestNode.await(
          "short waits",
          () -> link.awaits.stream().skip(before).anyMatch(nanos -> nanos == SHORTEST));
      idling.reset();
      idling.expectReset();
      assertTrue(link.awaits.stream().allMatch(nanos -> nanos <= LONGEST));
    }
  }

  /** Long waits are cut to moments that many links share: in steps of the shortest. */
  private static long roundedUp(long wait) {
    return (wait + SHORTEST - 1) / SHORTEST;
  }

  @Test
  void whoLooksAtAQuietPolledLinkSeesAMessageAndAReset() throws Exception {
    try (Idling idling = new Idling("idle-quiet", false).online()) {
      FakeLink link = idling.link;
      CompletableFuture<Integer> actives = new CompletableFuture<>();
      idling.session.space().createEndpoint(0, m -> actives.complete(link.actives.get()));
      CountDownLatch first = idling.asleep();
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
      idling.reset();
      assertTrue(link.news.getAsBoolean());
      second.countDown();
      idling.expectReset();
      assertNull(link.news);
    }
  }

  @Test
  void aPolledLinkIsLookedAtOftenWhileSomebodyWaitsForABuffer() throws Exception {
    try (Idling idling = new Idling("idle-poll", false).online()) {
      FakeLink link = idling.link;
      MemorySegment payload = MemorySegment.ofArray(new byte[1]);
      int sent = 0;
      while (idling.session.send(1, 2, payload, 0)) {
        sent++;
      }
      assertEquals(256, sent);
      idling.session.whenWritable(() -> {});
      link.awaits.clear();
      TestNode.await("short waits", () -> link.awaits.size() > 3);
      assertEquals(
          TimeUnit.MILLISECONDS.toNanos(1), link.awaits.stream().skip(2).findFirst().get());
      idling.reset();
      idling.expectReset();
    }
  }
}
