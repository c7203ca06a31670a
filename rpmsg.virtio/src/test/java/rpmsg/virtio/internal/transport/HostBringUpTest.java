// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.Links;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** What the driver side writes before messages flow, and in which order. */
@Timeout(60)
class HostBringUpTest {
  private static final TransportConfig CONFIG = TestNode.config("fake", Role.HOST, 0);

  /** Runs a whole session over a fake link; the test ends it by asking for a reset. */
  private static List<String> session(FakeLink link, int noNotify) throws Exception {
    try (TestNode node = new TestNode(TestNode.config("idle", Role.HOST, 1))) {
      VirtioTransport transport =
          new VirtioTransport(CONFIG, node.bus, s -> () -> {}, node.logger());
      Session session = new Session(transport, CONFIG, link);
      link.queue0.usedFlags(noNotify);
      CompletableFuture<String> over =
          CompletableFuture.supplyAsync(() -> {
            try {
              return session.run();
            } catch (LinkException e) {
              throw new IllegalStateException(e);
            }
          });
      transport.nameService(node);
      TestNode.await("ready", () -> transport.state() == rpmsg.core.TransportInfo.State.READY);
      List<String> record = List.copyOf(link.record);
      link.status(link.status() | Status.NEEDS_RESET);
      assertEquals("the device asks for a reset", over.get(20, TimeUnit.SECONDS));
      session.end(true);
      return record;
    }
  }

  @Test
  void lx116_lx118_lx120_lx121_lx122_lx123_legacySequenceInOrder() throws Exception {
    try (FakeLink link = new FakeLink("fake1", 0xFF | 1L << 28 | 1L << 33, true)) {
      assertEquals(
          List.of("status 0", "status 1", "status 3", "features 1", "status 7 posted 256", "ring"),
          session(link, 0));
    }
  }

  @Test
  void lx118_lx119_modernSequenceHasFeaturesOk() throws Exception {
    try (FakeLink link = new FakeLink("fake2", 1 | 1L << 32, true)) {
      assertEquals(
          List.of(
              "status 0",
              "status 1",
              "status 3",
              "features 100000001",
              "status 11",
              "status 15 posted 256",
              "ring"),
          session(link, 0));
    }
  }

  @Test
  void lx124_noKickOfQueue0WhenThePeerSetNoNotify() throws Exception {
    try (FakeLink link = new FakeLink("fake3", 1, true)) {
      List<String> record = session(link, 1);
      assertEquals("status 7 posted 256", record.getLast());
    }
  }

  @Test
  void lx119_refusedFeaturesFailTheLink() throws Exception {
    try (FakeLink link = new FakeLink("fake4", 1 | 1L << 32, false);
        TestNode node = new TestNode(TestNode.config("idle", Role.HOST, 1))) {
      VirtioTransport transport =
          new VirtioTransport(CONFIG, node.bus, s -> () -> {}, node.logger());
      LinkException refused =
          assertThrows(LinkException.class, () -> new Session(transport, CONFIG, link));
      assertTrue(refused.getMessage().contains("refuses features"), refused.getMessage());
      assertEquals("status " + (0x80 | 11), link.record.getLast());
      assertEquals(0, link.queue0.availIndex(), "rings were laid out all the same");
    }
  }

  @Test
  void lx114_lx115_lx116_lx117_receiveBuffersLieInOrderBeforeDriverOk() throws Exception {
    Path file = SharedFiles.fresh();
    TransportConfig config = TestNode.config("hb1", Role.HOST, "shm:" + file, "poll", 0);
    leftBehind(config);
    try (TestNode node = new TestNode(config);
        PeerDevice peer = PeerDevice.at(config)) {
      peer.await("posted", () -> peer.queue0.availIndex() == 256 && peer.status() == 3);
      for (int i = 0; i < RawPeer.NUM; i++) {
        int id = peer.queue0.availEntry(i);
        assertEquals(i, id);
        assertEquals(RawPeer.POOL + 512L * i, peer.queue0.descAddress(id));
        assertEquals(512, peer.queue0.descLength(id));
        assertEquals(2, peer.queue0.descFlags(id));
      }
      assertEquals(0, peer.queue0.usedIndex());
      assertEquals(0, peer.queue1.availIndex());
      assertEquals(1, peer.queue1.availFlags());
      assertEquals(0, peer.status() & 4, "DRIVER_OK without a name service");
      node.awaitState(rpmsg.core.TransportInfo.State.WAITING);
    } finally {
      Files.delete(file);
    }
  }

  /** Memory with a table, and with rings that are full of something. */
  private static void leftBehind(TransportConfig config) throws LinkException {
    try (Link link = Links.open(config.link(), config.doorbell(), 0, config.options())) {
      link.memory().at(0x4000, 0x6810).fill((byte) 0x5A);
    }
  }

  @Test
  void sizeAndCountOfBuffersAreTheHostsAndItsMtuFollows() throws Exception {
    TransportConfig config = TestNode.withBuffers(TestNode.config("hb5", Role.HOST, 0), 128, 8);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      assertEquals(8, peer.queue0.availIndex());
      assertEquals(128, peer.queue0.descLength(peer.queue0.availEntry(7)));
      assertEquals(112, node.awaitReady().mtu());
      assertTrue(node.dump().contains("free 8"), node.dump());
    }
  }

  @Test
  void lx115_ringOf16Has16BuffersEachWay() throws Exception {
    LinkOptions small = LinkOptions.DEFAULT.withVrings(16, 4096);
    TransportConfig config = TestNode.with(TestNode.config("hb2", Role.HOST, 0), small);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      assertEquals(16, peer.u16(peer.u32(0x30) + 16 * 16 + 2));
      node.awaitReady();
      assertTrue(node.dump().contains("free 16"), node.dump());
    }
  }

  @Test
  void lx115_ringOf512Has256BuffersEachWay() throws Exception {
    LinkOptions large = LinkOptions.DEFAULT.withVrings(512, 4096);
    TransportConfig config = TestNode.with(TestNode.config("hb3", Role.HOST, 0), large);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      assertEquals(256, peer.u16(peer.u32(0x30) + 16 * 512 + 2));
      node.awaitReady();
      assertTrue(node.dump().contains("free 256"), node.dump());
    }
  }

  @Test
  void lx120_lx121_acceptedFeaturesStandInTheTableAndUnknownOnesDoNot() throws Exception {
    LinkOptions odd = LinkOptions.DEFAULT.withFeatures(0x9000_00FFL);
    TransportConfig config = TestNode.with(TestNode.config("hb4", Role.HOST, 0), odd);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      node.awaitReady();
      assertEquals(1, peer.u32(0x24));
    }
  }

  @Test
  void eventIdxIsUsedOnlyWhereItIsOffered() throws Exception {
    LinkOptions event = LinkOptions.DEFAULT.withFeatures(1 | 1L << 29);
    TransportConfig config = TestNode.with(TestNode.config("hb5", Role.HOST, 0), event);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      node.awaitReady();
      assertEquals(1 | 1 << 29, peer.u32(0x24));
      assertEquals(0, peer.queue1.availFlags(), "flags are not used with EVENT_IDX");
    }
  }

  @Test
  void withoutTheNameServiceFeatureTheLinkIsReadyAndAnnouncesNothing() throws Exception {
    LinkOptions none = LinkOptions.DEFAULT.withFeatures(0);
    TransportConfig config = TestNode.with(TestNode.config("hb6", Role.HOST, 0), none);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      assertThrows(
          rpmsg.core.RpmsgException.class,
          () -> node.awaitReady().announce("x", rpmsg.core.RpmsgAddress.ANY, m -> {}));
      assertEquals(0, peer.u32(0x24));
    }
  }
}
