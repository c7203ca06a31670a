// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.BufferClaim;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/**
 * Peers that go and come back, over a file: everything of the old link goes, and the new one works.
 */
@Timeout(60)
class RestartTest {
  private static final int AT = 0x777;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final Path file = SharedFiles.fresh();
  private final Path socket = file.resolveSibling(file.getFileName() + ".sock");
  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();

  @AfterEach
  void clean() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(socket);
  }

  private TransportConfig config(Role role, int index, boolean unix) {
    String doorbell = unix ? "unix:" + socket : "poll";
    return TestNode.config("restart", role, "shm:" + file, doorbell, index);
  }

  private RpmsgTransport listen(TestNode node) throws Exception {
    RpmsgTransport space = node.awaitReady();
    space.createEndpoint(AT, m -> got.add(new String(m.toByteArray())));
    return space;
  }

  /** The link went down and came up again with nothing of the old one, and all buffers work. */
  private RpmsgTransport expectNew(TestNode node, RpmsgTransport old) throws Exception {
    TestNode.await("the old link goes", () -> !old.isOpen());
    TestNode.await("a new link", () -> !node.ready.isEmpty() && !node.ready.contains(old));
    assertTrue(old.channels().isEmpty());
    assertTrue(old.endpoints().isEmpty());
    RpmsgTransport space = listen(node);
    assertEquals(List.of(), TestNode.channels(space));
    return space;
  }

  /** Index 0 writes the table, and with it the status, before it waits for the driver again. */
  private static void restarted(TestNode node, RpmsgTransport old) {
    TestNode.await("down", () -> !old.isOpen() && node.transport.transport() != old);
    TestNode.await("waits again", () -> node.transport.reason().contains("DRIVER_OK"));
  }

  private void driverWorks(TestNode node, PeerDriver peer) throws Exception {
    RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
    for (int i = 0; i < 2 * RawPeer.NUM; i++) {
      peer.send(5, AT, "n" + i);
      assertEquals("n" + i, got.poll(20, TimeUnit.SECONDS));
      endpoint.sendTo(bytes("b" + i), 5, LONG);
      assertEquals("b" + i, peer.receive().text());
    }
    peer.await("all buffers", peer::allFree);
  }

  private void deviceWorks(TestNode node, PeerDevice peer) throws Exception {
    peer.cycleAll(5, AT, "fine");
    for (int i = 0; i < RawPeer.NUM; i++) {
      assertEquals("fine", got.poll(20, TimeUnit.SECONDS));
    }
    RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
    for (int i = 0; i < 2 * RawPeer.NUM; i++) {
      endpoint.sendTo(bytes("b" + i), 5, LONG);
      assertEquals("b" + i, peer.receive().text());
    }
  }

  private static void addChannel(TestNode node, RpmsgTransport space) throws Exception {
    space.createChannel(new ChannelInfo("mine", -1, 9));
    assertEquals(1, TestNode.channels(space).size());
    assertFalse(node.ready.isEmpty());
  }

  @Test
  void lx138_driverThatResetsTheStatusAndStartsAgain() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      for (int round = 0; round < 3; round++) {
        RpmsgTransport old = round == 0 ? listen(node) : node.awaitReady();
        addChannel(node, old);
        peer.status(0);
        restarted(node, old);
        peer.start();
        expectNew(node, old);
        driverWorks(node, peer);
      }
    }
  }

  @Test
  void driverThatZeroesTheRingsWhileNobodySawTheStatus() throws Exception {
    TransportConfig config = config(Role.REMOTE, 1, false);
    try (PeerDriver peer = PeerDriver.at(config);
        TestNode node = TestNode.started(config)) {
      peer.start();
      RpmsgTransport old = listen(node);
      addChannel(node, old);
      driverWorks(node, peer);
      peer.layOutRings();
      expectNew(node, old);
      peer.status(7);
      driverWorks(node, peer);
    }
  }

  @Test
  void deviceThatTakesTheStatusAway() throws Exception {
    TransportConfig config = config(Role.HOST, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport old = listen(node);
      addChannel(node, old);
      peer.status(0);
      expectNew(node, old);
      deviceWorks(node, peer.restart());
    }
  }

  @Test
  void deviceThatAsksForAReset() throws Exception {
    TransportConfig config = config(Role.HOST, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport old = listen(node);
      peer.announce("gone", 9);
      TestNode.await("channel", () -> TestNode.channels(old).size() == 1);
      peer.status(7 | 0x40);
      peer.await("reset", () -> peer.status() == 0);
      expectNew(node, old);
      deviceWorks(node, peer.restart());
    }
  }

  @Test
  void tableThatIsWrittenAgainByARestartedIndex0() throws Exception {
    TransportConfig config = config(Role.HOST, 1, false);
    try (TestNode node = TestNode.started(config)) {
      RpmsgTransport old;
      try (PeerDevice first = PeerDevice.at(config)) {
        first.awaitDriverOk();
        old = listen(node);
        addChannel(node, old);
      }
      try (PeerDevice peer = PeerDevice.at(config)) {
        TestNode.await("down", () -> !old.isOpen());
        expectNew(node, old);
        peer.awaitDriverOk();
        deviceWorks(node, peer);
      }
    }
  }

  @Test
  void tableWithOtherRingsEndsTheLinkWithItsName() throws Exception {
    TransportConfig config = config(Role.HOST, 1, false);
    try (PeerDevice first = PeerDevice.at(config);
        TestNode node = TestNode.started(config)) {
      first.awaitDriverOk();
      RpmsgTransport old = listen(node);
      first.u32(0x38, 128);
      TestNode.await("down", () -> !old.isOpen());
      TestNode.await("named", () -> node.log.toString().contains("rewritten"));
      node.awaitReady();
      assertTrue(node.dump().contains("num=128"), node.dump());
    }
  }

  @Test
  void deviceAtIndex1ThatRestartsUnderARunningDriverHasItReset() throws Exception {
    TransportConfig host = config(Role.HOST, 0, false);
    TransportConfig remote = config(Role.REMOTE, 1, false);
    try (TestNode node = TestNode.started(host)) {
      RpmsgTransport old;
      try (PeerDevice first = PeerDevice.at(host).awaitDriverOk()) {
        old = listen(node);
        first.announce("mine", 9);
        TestNode.await("channel", () -> TestNode.channels(old).size() == 1);
      }
      try (TestNode device = TestNode.started(remote)) {
        expectNew(node, old);
        RpmsgEndpoint echo = TestNode.echo(device.awaitReady(), "echo", -1);
        assertEquals("+mine@9", node.nextAnnounced());
        assertEquals("+echo@" + echo.address(), node.nextAnnounced());
        RpmsgEndpoint endpoint =
            node.awaitReady().createEndpoint(-1, m -> got.add(new String(m.toByteArray())));
        endpoint.sendTo(bytes("hello"), echo.address(), LONG);
        assertEquals("hello", got.poll(20, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void driverThatClosesItsSocket() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, true);
    try (TestNode node = TestNode.started(config)) {
      RpmsgTransport old;
      try (PeerDriver first = PeerDriver.at(config)) {
        first.await("connected", () -> first.link.doorbell().connected());
        first.start();
        old = listen(node);
        addChannel(node, old);
      }
      TestNode.await("down", () -> !old.isOpen());
      try (PeerDriver peer = PeerDriver.at(config)) {
        peer.await("connected", () -> peer.link.doorbell().connected());
        peer.start();
        expectNew(node, old);
        driverWorks(node, peer);
      }
    }
  }

  @Test
  void deviceThatClosesItsSocket() throws Exception {
    TransportConfig config = config(Role.HOST, 1, true);
    try (TestNode node = TestNode.started(config)) {
      RpmsgTransport old;
      try (PeerDevice first = PeerDevice.at(config)) {
        first.awaitDriverOk();
        old = listen(node);
        addChannel(node, old);
      }
      TestNode.await("down", () -> !old.isOpen());
      try (PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
        expectNew(node, old);
        deviceWorks(node, peer);
      }
    }
  }

  @Test
  void heldMessagesAndOpenClaimsOfAnOldLinkDoNoHarm() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgTransport old = listen(node);
      AtomicReference<RpmsgMessage> held = new AtomicReference<>();
      RpmsgEndpoint holder =
          old.createEndpoint(
              0x100,
              m -> {
                m.hold();
                held.set(m);
              });
      peer.send(5, 0x100, "kept");
      TestNode.await("held", () -> held.get() != null);
      BufferClaim published = holder.claim(4, 5, LONG);
      BufferClaim aborted = holder.claim(4, 5, LONG);
      peer.status(0);
      restarted(node, old);
      peer.start();
      expectNew(node, old);
      assertThrows(IllegalStateException.class, () -> held.get().toByteArray());
      held.get().release();
      held.get().release();
      aborted.abort();
      assertThrows(RpmsgException.class, published::publish);
      driverWorks(node, peer);
    }
  }

  @Test
  void announcedEndpointsOfADeadPeerDoNotWaitForABuffer() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgTransport old = listen(node);
      RpmsgEndpoint endpoint = old.createEndpoint(-1, m -> {});
      for (int i = 0; i < 3; i++) {
        old.announce("service" + i, -1, m -> {});
      }
      TestNode.fill(endpoint, 5);
      long waits = node.counter("waits");
      peer.status(0);
      restarted(node, old);
      assertEquals(waits, node.counter("waits"));
    }
  }

  @Test
  void blockedSendersAreTold() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgTransport old = listen(node);
      RpmsgEndpoint endpoint = old.createEndpoint(-1, m -> {});
      TestNode.fill(endpoint, 5);
      CompletableFuture<Errno> blocked =
          CompletableFuture.supplyAsync(() ->
              assertThrows(RpmsgException.class, () -> endpoint.sendTo(bytes("late"), 5, LONG))
                  .errno());
      peer.await("somebody waits", () -> peer.queue0.usedFlags() == 0);
      peer.status(0);
      assertEquals(Errno.ENODEV, blocked.get(20, TimeUnit.SECONDS));
      restarted(node, old);
      peer.start();
      expectNew(node, old);
      driverWorks(node, peer);
    }
  }

  @Test
  void aListenerThatWaitsForABufferOfADeadPeerDoesNotHoldUpTheRestart() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, false);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgTransport old = listen(node);
      CompletableFuture<Errno> result = new CompletableFuture<>();
      RpmsgEndpoint[] self = new RpmsgEndpoint[1];
      self[0] =
          old.createEndpoint(
              0x100,
              m ->
                  result.complete(
                      assertThrows(
                              RpmsgException.class,
                              () -> self[0].sendTo(m.payload(), 5, Duration.ofSeconds(50)))
                          .errno()));
      TestNode.fill(self[0], 5);
      peer.send(5, 0x100, "reply, please");
      peer.await("somebody waits", () -> peer.queue0.usedFlags() == 0);
      peer.status(0);
      assertEquals(Errno.ENODEV, result.get(20, TimeUnit.SECONDS));
      restarted(node, old);
      peer.start();
      expectNew(node, old);
      driverWorks(node, peer);
    }
  }

  @Test
  void lx137_stoppingSendsDestroyAndThenResetsTheStatus() throws Exception {
    TransportConfig config = config(Role.HOST, 0, false);
    TestNode node = TestNode.started(config);
    try (PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport old = listen(node);
      old.announce("mine", 100, m -> {});
      assertEquals(0, peer.receive().raw()[16 + 36]);
      node.close();
      assertEquals(0, peer.status());
      Frame destroy = peer.receive();
      assertEquals(53, destroy.dst());
      assertEquals(1, destroy.raw()[16 + 36]);
      assertFalse(old.isOpen());
      assertTrue(node.ready.isEmpty());
      assertThrows(RpmsgException.class, () -> old.createEndpoint(-1, m -> {}));
    }
  }

  @Test
  void lx137_stoppingADeviceAsksTheDriverForAReset() throws Exception {
    TransportConfig config = config(Role.REMOTE, 0, false);
    TestNode node = TestNode.started(config);
    try (PeerDriver peer = PeerDriver.at(config).start()) {
      node.awaitReady().announce("mine", 100, m -> {});
      assertEquals("mine", peer.announced());
      node.close();
      Frame destroy = peer.receive();
      assertEquals(1, destroy.raw()[16 + 36]);
      assertEquals(0x47, peer.status());
    }
  }
}
