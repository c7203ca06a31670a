// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RefusingListener;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo.State;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** While the name service is away nothing of what the peer announces is lost. */
@Timeout(60)
class ParkTest {
  private static final int AT = 0x777;
  private static final int KEEP = 16;

  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

  private static TransportConfig config(String name, Role role) {
    return TestNode.bounded(TestNode.config(name, role, 0), Duration.ofSeconds(2), KEEP);
  }

  private void listen(RpmsgTransport space) throws Exception {
    space.createEndpoint(AT, m -> got.add(new String(m.toByteArray())));
  }

  @Test
  void dataOfOthersFlowsAndAnnouncementsAreKeptInOrder() throws Exception {
    TransportConfig config = config("pk1", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport space = node.awaitReady();
      listen(space);
      node.transport.nameService(null);
      assertTrue(node.ready.isEmpty(), "readiness is not withdrawn at once");
      for (int i = 0; i < KEEP - 2; i++) {
        peer.announce("kept" + i, 100 + i);
        peer.send(5, AT, "data" + i);
        assertEquals("data" + i, got.poll(20, TimeUnit.SECONDS));
      }
      node.awaitState(State.NO_NAME_SERVICE);
      assertEquals(7, peer.status());
      RpmsgEndpoint endpoint = space.createEndpoint(-1, m -> {});
      endpoint.sendTo(bytes("out"), 5, Duration.ZERO);
      assertEquals("out", peer.receive().text());
      node.transport.nameService(node);
      peer.announce("new", 99);
      for (int i = 0; i < KEEP - 2; i++) {
        assertEquals("+kept" + i + "@" + (100 + i), node.nextAnnounced());
      }
      assertEquals("+new@99", node.nextAnnounced());
      assertEquals(space, node.awaitReady());
      assertEquals(0, node.counter("parks"));
      assertEquals(1, node.counter("links"));
    }
  }

  @Test
  void hostParksAtTheBoundAndLosesNothing() throws Exception {
    TransportConfig config = config("pk2", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport space = node.awaitReady();
      listen(space);
      node.transport.nameService(null);
      for (int i = 0; i < RawPeer.NUM; i++) {
        peer.announce("s" + i, 100 + i);
      }
      node.awaitState(State.PARKED);
      peer.await("back-pressure", () -> peer.posted() == KEEP);
      for (int i = 0; i < 50; i++) {
        space.createEndpoint(-1, m -> {}).close();
        node.space().execute(() -> {});
        peer.kick();
      }
      for (int i = 0; i < KEEP; i++) {
        peer.announce("s" + (RawPeer.NUM + i), 100 + RawPeer.NUM + i);
      }
      assertEquals(0, peer.posted());
      assertEquals(1, node.counter("parks"));
      node.transport.nameService(node);
      for (int i = 0; i < RawPeer.NUM + KEEP; i++) {
        assertEquals("+s" + i + "@" + (100 + i), node.nextAnnounced());
      }
      node.awaitReady();
      peer.cycleAll(5, AT, "fine");
      assertEquals("fine", got.poll(20, TimeUnit.SECONDS));
      assertEquals(1, node.counter("links"));
    }
  }

  @Test
  void remoteParksAtTheBoundAndLosesNothing() throws Exception {
    TransportConfig config = config("pk3", Role.REMOTE);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      node.awaitReady();
      node.transport.nameService(null);
      for (int i = 0; i < KEEP + RawPeer.NUM; i++) {
        peer.send(5, 53, peer.ns("s" + i, 100 + i, false));
      }
      node.awaitState(State.PARKED);
      peer.reclaim();
      assertTrue(peer.free.isEmpty());
      node.transport.nameService(node);
      for (int i = 0; i < KEEP + RawPeer.NUM; i++) {
        assertEquals("+s" + i + "@" + (100 + i), node.nextAnnounced());
      }
      peer.await("all buffers", peer::allFree);
      node.awaitReady();
    }
  }

  @Test
  void aNameServiceThatComesAndGoesWhileAnnouncementsFlowLosesNone() throws Exception {
    TransportConfig config = config("pk4", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      node.awaitReady();
      int count = 4_000;
      Thread announcer =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  peer.announce("s" + i, 1000 + i);
                }
              });
      int rounds = 0;
      do {
        node.transport.nameService(null);
        node.transport.nameService(node);
        rounds++;
      } while (announcer.isAlive());
      for (int i = 0; i < count; i++) {
        assertEquals("+s" + i + "@" + (1000 + i), node.nextAnnounced());
      }
      assertTrue(rounds > 1);
      assertEquals(1, node.counter("links"));
      assertEquals(7, peer.status());
    }
  }

  @Test
  void aListenerThatRefusesParksTheLinkUntilItTakesTheMessageAndNothingIsLost() throws Exception {
    TransportConfig config = config("pk6", Role.HOST);
    int count = 3 * RawPeer.NUM;
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport space = node.awaitReady();
      Semaphore room = new Semaphore(10);
      RefusingListener limited = m -> room.tryAcquire() && got.add(new String(m.toByteArray()));
      RpmsgEndpoint endpoint = space.createEndpoint(AT, limited);
      Thread flood =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < count; i++) {
                  peer.send(5, AT, "data" + i);
                  peer.kick();
                }
              });
      node.awaitState(State.PARKED);
      peer.await("back-pressure", () -> peer.posted() == 0);
      assertEquals(10, got.size());
      endpoint.resume();
      node.awaitState(State.PARKED);
      room.release(count - 10);
      endpoint.resume();
      for (int i = 0; i < count; i++) {
        assertEquals("data" + i, got.poll(20, TimeUnit.SECONDS));
      }
      assertTrue(flood.join(Duration.ofSeconds(20)));
      node.awaitState(State.READY);
      peer.await("all buffers", () -> peer.posted() == RawPeer.NUM);
      assertEquals(1, node.counter("parks"));
    }
  }

  @Test
  void aControlQueueThatIsFullParksTheLinkAndLosesNothing() throws Exception {
    TransportConfig config = config("pk5", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      node.awaitReady();
      CountDownLatch go = new CountDownLatch(1);
      node.space().execute(() -> TestNode.await("go", () -> go.getCount() == 0));
      while (node.space().execute(() -> {})) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 10; i++) {
        peer.announce("s" + i, 1000 + i);
      }
      node.awaitState(State.PARKED);
      go.countDown();
      for (int i = 0; i < 10; i++) {
        assertEquals("+s" + i + "@" + (1000 + i), node.nextAnnounced());
      }
      assertEquals(1, node.counter("parks"));
      node.awaitState(State.READY);
    }
  }
}
