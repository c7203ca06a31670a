// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.TransportInfo.State;
import rpmsg.core.spi.NameService;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** Never DRIVER_OK, and never ready, before something is bound at 53. */
@Timeout(60)
class NameServiceGateTest {
  private static final NameService REFUSES =
      (space, bound) -> {
        throw new RpmsgException(Errno.ENOSPC, "53 is taken");
      };

  private static TransportConfig config(String name, Role role) {
    return TestNode.bounded(TestNode.config(name, role, 0), Duration.ofMillis(200), 64);
  }

  /** With this name service the link is not ready, says so once, and recovers with the next one. */
  private static void refusedOnce(String name, NameService bad, String reason) throws Exception {
    TransportConfig config = config(name, Role.HOST);
    try (TestNode node = new TestNode(config);
        PeerDevice peer = PeerDevice.at(config)) {
      peer.await("posted", () -> peer.queue0.availIndex() == 256);
      node.transport.nameService(bad);
      TestNode.await("refusal", () -> node.transport.reason().contains(reason));
      node.awaitState(State.WAITING);
      assertEquals(3, peer.status());
      assertTrue(node.ready.isEmpty());
      assertTrue(node.transport.transport().endpoints().isEmpty(), "an endpoint was left behind");
      assertEquals(1, node.logged("error").size(), node.log.toString());
      node.transport.nameService(null);
      TestNode.await("waiting", () -> node.transport.reason().contains("waiting"));
      node.transport.nameService(node);
      node.awaitReady();
      assertEquals(7, peer.status());
      peer.announce("late", 7);
      assertEquals("+late@7", node.nextAnnounced());
      assertEquals(1, node.logged("error").size(), node.log.toString());
    }
  }

  @Test
  void lx091_lx108_attachThatFails() throws Exception {
    refusedOnce("ng1", REFUSES, "53 is taken");
  }

  @Test
  void lx108_attachThatThrows() throws Exception {
    refusedOnce(
        "ng2",
        (space, bound) -> {
          throw new IllegalStateException("no luck");
        },
        "no luck");
  }

  @Test
  void lx108_attachThatHangs() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    refusedOnce(
        "ng3",
        (space, bound) -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            throw new RpmsgException(Errno.EINTR, "interrupted");
          }
          return () -> {};
        },
        "within 200 ms");
  }

  @Test
  void lx108_attachThatLies() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    refusedOnce("ng4", (space, bound) -> closed::incrementAndGet, "nothing is bound at 53");
    assertEquals(1, closed.get());
  }

  @Test
  void lx108_attachThatReturnsNothing() throws Exception {
    refusedOnce("ng5", (space, bound) -> null, "nothing is bound at 53");
  }

  @Test
  void lx108_attachThatEndsAfterItsBoundIsUndone() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch undone = new CountDownLatch(1);
    NameService late =
        (space, bound) -> {
          awaitUninterruptibly(go);
          RpmsgEndpoint endpoint = space.bind(RpmsgAddress.NAME_SERVICE, m -> true);
          return () -> {
            endpoint.close();
            undone.countDown();
          };
        };
    TransportConfig config = config("ng6", Role.HOST);
    try (TestNode node = new TestNode(config);
        PeerDevice peer = PeerDevice.at(config)) {
      node.transport.nameService(late);
      TestNode.await("late", () -> node.transport.reason().contains("within 200 ms"));
      go.countDown();
      assertTrue(undone.await(20, TimeUnit.SECONDS));
      assertEquals(3, peer.status());
      assertTrue(node.transport.transport().endpoints().isEmpty());
      node.transport.nameService(node);
      node.awaitReady();
    }
  }

  @Test
  void detachThatThrowsHarmsNothing() throws Exception {
    NameService rude =
        (space, bound) -> {
          RpmsgEndpoint endpoint = space.bind(RpmsgAddress.NAME_SERVICE, m -> true);
          return () -> {
            endpoint.close();
            throw new IllegalStateException("rude");
          };
        };
    TransportConfig config = config("ng7", Role.HOST);
    try (TestNode node = new TestNode(config);
        PeerDevice peer = PeerDevice.at(config)) {
      node.transport.nameService(rude);
      node.awaitReady();
      node.transport.nameService(node);
      node.awaitReady();
      node.transport.nameService(rude);
      node.awaitReady();
      peer.status(0x47);
      TestNode.await("down", () -> node.ready.isEmpty());
      peer.await("reset", () -> peer.status() == 0 || peer.link.doorbell().peerClosed());
    }
  }

  @Test
  void remoteTakesNothingFromTheRingBeforeTheNameServiceIsAttached() throws Exception {
    TransportConfig config = config("ng8", Role.REMOTE);
    try (TestNode node = new TestNode(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      for (int i = 0; i < RawPeer.NUM; i++) {
        peer.send(0x400, 53, peer.ns("early" + i, 0x400 + i, false));
      }
      node.awaitState(State.WAITING);
      node.transport.nameService(REFUSES);
      TestNode.await("refusal", () -> node.transport.reason().contains("53 is taken"));
      peer.reclaim();
      assertTrue(peer.free.isEmpty(), "a message was taken from the ring");
      node.transport.nameService(node);
      for (int i = 0; i < RawPeer.NUM; i++) {
        assertEquals("+early" + i + "@" + (0x400 + i), node.nextAnnounced());
      }
      peer.await("all buffers", peer::allFree);
    }
  }

  @Test
  void readinessNeverOutlivesANameServiceThatWasReplacedByOneThatFails() throws Exception {
    TransportConfig config = config("ng9", Role.HOST);
    try (TestNode node = new TestNode(config);
        PeerDevice peer = PeerDevice.at(config)) {
      for (int i = 0; i < 500; i++) {
        node.transport.nameService(node);
        node.awaitReady();
        node.transport.nameService(REFUSES);
        TestNode.await("refusal", () -> node.transport.reason().contains("53 is taken"));
        CountDownLatch drained = new CountDownLatch(1);
        node.space().execute(drained::countDown);
        assertTrue(drained.await(20, TimeUnit.SECONDS));
        assertTrue(node.ready.isEmpty(), "ready without a name service in round " + i);
      }
      assertEquals(7, peer.status());
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    for (; ; ) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        continue;
      }
    }
  }
}
