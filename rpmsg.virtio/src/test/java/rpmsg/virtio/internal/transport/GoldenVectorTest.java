// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** Whole messages as they lie in shared memory. */
@Timeout(60)
class GoldenVectorTest {
  private static final String SAMPLE =
      "72706d73672d636c69656e742d73616d706c6500000000000000000000000000";
  private static final String V1 = "00040000350000000000000028000000" + SAMPLE + "0004000000000000";
  private static final String V2 = "00000400000000350000000000280000" + SAMPLE + "0000040000000000";
  private static final String V3 = "0004000000040000000000000c000000" + "68656c6c6f20776f726c6421";
  private static final String RAW =
      "72706d73672d7261770000000000000000000000000000000000000000000000";
  private static final String V4 = "64000000350000000000000028000000" + RAW + "6400000000000000";
  private static final String V5 = "64000000350000000000000028000000" + RAW + "6400000001000000";
  private static final String V6 = "00040000010400000000000000000000";
  private static final Duration BOUND = Duration.ofSeconds(5);

  @Test
  void lx013_littleEndianAnnouncement() throws Exception {
    assertEquals(V1, announcement(TestNode.config("gv1", Role.REMOTE, 0)));
  }

  @Test
  void lx014_bigEndianAnnouncement() throws Exception {
    LinkOptions big = LinkOptions.DEFAULT.withOrder(ByteOrder.BIG_ENDIAN);
    assertEquals(V2, announcement(TestNode.with(TestNode.config("gv2", Role.REMOTE, 0), big)));
  }

  private static String announcement(TransportConfig config) throws Exception {
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      scribble(peer);
      node.awaitReady().announce("rpmsg-client-sample", RpmsgAddress.ANY, message -> {});
      return hex(peer.receive());
    }
  }

  private static void scribble(RawPeer peer) {
    peer.memory.asSlice(RawPeer.POOL, 2L * RawPeer.NUM * RawPeer.SIZE).fill((byte) 0xA5);
  }

  @Test
  void lx001_lx003_lx004_lx016_helloAsTheDriverSideSendsIt() throws Exception {
    TransportConfig config = TestNode.config("gv3", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      scribble(peer);
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(RpmsgAddress.ANY, message -> {});
      endpoint.sendTo(bytes("hello world!"), 0x400, BOUND);
      assertEquals(V3, hex(peer.receive()));
      endpoint.sendTo(bytes(""), 0x401, BOUND);
      assertEquals(V6, hex(peer.receive()));
    }
  }

  @Test
  void createAndDestroyOfARawServiceAt100() throws Exception {
    TransportConfig config = TestNode.config("gv4", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint raw = node.awaitReady().announce("rpmsg-raw", 100, message -> {});
      assertEquals(V4, hex(peer.receive()));
      raw.close();
      assertEquals(V5, hex(peer.receive()));
    }
  }

  @Test
  void lx002_lx017_emptyMessageIsDeliveredInBothByteOrders() throws Exception {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      LinkOptions options = LinkOptions.DEFAULT.withOrder(order);
      TransportConfig config = TestNode.with(TestNode.config("gv6", Role.HOST, 0), options);
      try (TestNode node = TestNode.started(config);
          PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
        BlockingQueue<String> got = received(node.awaitReady(), 0x401);
        peer.send(0x400, 0x401, "");
        assertEquals("400>401:0:", got.poll(20, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void lx005_reservedAndFlagsOfAReceivedMessageAreIgnored() throws Exception {
    TransportConfig config = TestNode.config("gv5", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      BlockingQueue<String> got = received(node.awaitReady(), 0x401);
      int id = peer.take();
      peer.write(peer.queue0.descAddress(id), 0x400, 0x401, 2, new byte[] {'o', 'k'});
      peer.u32(peer.queue0.descAddress(id) + 8, 0xFFFFFFFF);
      peer.u32(peer.queue0.descAddress(id) + 12, 0xFFFF0002);
      peer.use0(id, 18);
      assertEquals("400>401:2:ok", got.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void announcementWhoseSourceIsNotTheServiceIsUnderstood() throws Exception {
    TransportConfig config = TestNode.config("gv7", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      peer.send(0x401, 53, peer.ns("rpmsg-client-sample", 0x400, false));
      assertEquals("+rpmsg-client-sample@1024", node.nextAnnounced());
    }
  }

  private static BlockingQueue<String> received(RpmsgTransport space, int address)
      throws Exception {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    space.createEndpoint(
        address,
        m ->
            got.add(
                "%x>%x:%d:%s"
                    .formatted(m.src(), m.dst(), m.length(), new String(m.toByteArray()))));
    return got;
  }

  private static String hex(Frame frame) {
    return HexFormat.of().formatHex(frame.raw());
  }
}
