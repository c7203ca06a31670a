// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** What the driver side takes from the device, good and bad. */
@Timeout(60)
class HostReceiveTest {
  private static final int AT = 0x777;
  private static final TransportConfig CONFIG = TestNode.config("hr", Role.HOST, 0);

  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
  private TestNode node;
  private PeerDevice peer;

  @BeforeEach
  void start() throws Exception {
    node = TestNode.started(CONFIG);
    connect();
  }

  private void connect() throws Exception {
    peer = PeerDevice.at(CONFIG).awaitDriverOk();
    RpmsgTransport space = node.awaitReady();
    space.createEndpoint(AT, m -> got.add(new String(m.toByteArray())));
  }

  @AfterEach
  void stop() {
    peer.close();
    node.close();
  }

  private String next() throws InterruptedException {
    return got.poll(20, TimeUnit.SECONDS);
  }

  private void expectWorking() throws InterruptedException {
    peer.cycleAll(5, AT, "fine");
    for (int i = 0; i < RawPeer.NUM; i++) {
      assertEquals("fine", next());
    }
  }

  @Test
  void lx127_indicesWrapAndNothingIsLost() throws Exception {
    for (int i = 0; i < 547 * 128; i++) {
      peer.send(5, AT, "n" + i);
      if (i % 128 == 127) {
        for (int n = i - 127; n <= i; n++) {
          assertEquals("n" + n, next());
        }
      }
    }
    assertTrue(peer.used0 > 0x10000);
    expectWorking();
  }

  @Test
  void lx128_buffersThatComeBackOutOfOrderAreKnownByTheirId() throws Exception {
    int[] ids = new int[RawPeer.NUM];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = peer.take();
      byte[] payload = ("o" + i).getBytes(StandardCharsets.ISO_8859_1);
      peer.write(peer.queue0.descAddress(ids[i]), 5, AT, payload.length, payload);
    }
    for (int i = 0; i < ids.length; i++) {
      int which = (i * 101 + 7) % ids.length;
      peer.use0(ids[which], RawPeer.SIZE);
      assertEquals("o" + which, next());
    }
    expectWorking();
  }

  @Test
  void lx131_lx132_lx133_lx134_badMessagesAreCountedAndCostNoBuffer() throws Exception {
    int[] used = {513, 65536, -1, 15, 1, 0, 512, 26, 16};
    int[] header = {2, 2, 2, 0, 65535, 65535, 65535, 11, 1};
    for (int i = 0; i < 1_000; i++) {
      int which = i % used.length;
      peer.send(5, AT, header[which], new byte[] {'n', 'o'}, used[which]);
    }
    node.awaitCounter("badMessages", 1_000);
    expectWorking();
    assertEquals(1, node.counter("links"));
    assertTrue(got.isEmpty());
  }

  @Test
  void lx141_usedLengthMayBeFullOrExact() throws Exception {
    byte[] payload = new byte[496];
    java.util.Arrays.fill(payload, (byte) 'p');
    String all = new String(payload);
    peer.send(5, AT, 496, payload, 512);
    assertEquals(all, next());
    peer.send(5, AT, 100, java.util.Arrays.copyOf(payload, 100), 512);
    assertEquals(all.substring(0, 100), next());
    peer.send(5, AT, 100, java.util.Arrays.copyOf(payload, 100), 116);
    assertEquals(all.substring(0, 100), next());
    peer.send(5, AT, 0, new byte[0], 16);
    assertEquals("", next());
    assertEquals(0, node.counter("badMessages"));
  }

  @Test
  void lx037_messagesToNobodyCostNoBuffer() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      peer.send(5, 0x666, "nobody");
    }
    node.awaitCounter("noRecipient", 1_000);
    expectWorking();
  }

  @Test
  void lx040_aListenerThatThrowsCostsNoBuffer() throws Exception {
    node.awaitReady()
        .createEndpoint(
            0x100,
            m -> {
              throw new IllegalStateException("on purpose");
            });
    for (int i = 0; i < 1_000; i++) {
      peer.send(5, 0x100, "x");
    }
    node.awaitCounter("listenerFailures", 1_000);
    expectWorking();
  }

  @Test
  void lx135_oneKickForABatch() throws Exception {
    long before = node.counter("kicks");
    peer.rung();
    for (int i = 0; i < 20; i++) {
      int id = peer.take();
      peer.write(peer.queue0.descAddress(id), 5, AT, 1, new byte[] {'b'});
      peer.queue0.usedEntry(peer.used0++, id, 17);
    }
    peer.queue0.usedIndex(peer.used0);
    peer.kick();
    for (int i = 0; i < 20; i++) {
      assertEquals("b", next());
    }
    peer.await("kick", peer::rung);
    expectPosted();
    assertEquals(1, node.counter("kicks") - before);
    assertEquals(1, node.counter("receiveBatches"));
  }

  private void expectPosted() {
    peer.await("all buffers are posted", () -> peer.posted() == RawPeer.NUM);
  }

  @Test
  void lx124_noKickForReceiveBuffersWhenThePeerWantsNone() throws Exception {
    peer.queue0.usedFlags(1);
    long before = node.counter("kicks");
    peer.rung();
    peer.send(5, AT, "quiet");
    assertEquals("quiet", next());
    expectPosted();
    assertFalse(peer.rung());
    assertEquals(before, node.counter("kicks"));
  }

  @Test
  void lx136_lx139_ringsWithoutAReasonAreIgnored() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      peer.kick();
    }
    expectWorking();
    assertEquals(RawPeer.NUM, node.counter("received"));
  }

  /** The ring is broken: the link is reset by itself and works again with all its buffers. */
  private void expectReset(String reason) throws Exception {
    TestNode.await("broken ring", () -> node.counter("brokenRings") == 1);
    peer.await("reset", () -> peer.status() == 0);
    assertTrue(node.logged("error").toString().contains(reason), node.log.toString());
    assertEquals(1, node.logged("error").size(), node.log.toString());
    peer.close();
    connect();
    got.clear();
    expectWorking();
    assertEquals(2, node.counter("links"));
  }

  @Test
  void lx129_usedIdOutOfRange() throws Exception {
    peer.use0(256, RawPeer.SIZE);
    expectReset("used.id expected below 256, actual 256");
  }

  @Test
  void lx129_usedIdNegative() throws Exception {
    peer.use0(-1, RawPeer.SIZE);
    expectReset("used.id expected below 256, actual 4294967295");
  }

  @Test
  void lx130_duplicateUsedId() throws Exception {
    int id = peer.take();
    peer.write(peer.queue0.descAddress(id), 5, AT, 1, new byte[] {'d'});
    peer.queue0.usedEntry(0, id, 17);
    peer.queue0.usedEntry(1, id, 17);
    peer.queue0.usedIndex(2);
    peer.kick();
    expectReset("outstanding");
  }

  @Test
  void trap7_usedIndexThatJumps() throws Exception {
    peer.queue0.usedIndex(1000);
    peer.kick();
    expectReset("used.idx expected to move by at most 256, actual 1000");
  }

  @Test
  void trap7_usedIndexThatGoesBack() throws Exception {
    peer.send(5, AT, "first");
    assertEquals("first", next());
    peer.queue0.usedIndex(0);
    peer.kick();
    expectReset("actual 65535");
  }
}
