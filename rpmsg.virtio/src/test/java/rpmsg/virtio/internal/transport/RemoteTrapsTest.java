// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.SendResult;
import rpmsg.core.TransportInfo.State;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** The quirks of OpenAMP and RPMsg-Lite as main processors (openamp-contract section 2). */
@Timeout(60)
class RemoteTrapsTest {
  private static final int AT = 0x777;
  private static final Duration LONG = Duration.ofSeconds(30);

  private static TransportConfig config(String name) {
    return TestNode.config(name, Role.REMOTE, 0);
  }

  private static BlockingQueue<String> listen(RpmsgTransport space) throws RpmsgException {
    BlockingQueue<String> got = new LinkedBlockingQueue<>();
    space.createEndpoint(AT, m -> got.add(new String(m.toByteArray())));
    return got;
  }

  private static String next(BlockingQueue<String> got) throws InterruptedException {
    return got.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void waitsForDriverOkWhateverElseTheStatusSays() throws Exception {
    TransportConfig config = config("rt1");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config)) {
      peer.layOut();
      peer.status(3);
      TestNode.await("waits", () -> node.transport.reason().contains("DRIVER_OK"));
      peer.status(0x3b);
      assertEquals(State.CONNECTING, node.transport.state());
      peer.status(4);
      node.awaitReady();
      assertEquals(1, peer.queue0.usedFlags(), "NO_NOTIFY on vring0");
    }
  }

  @Test
  void aServiceIsAnnouncedAgainOnlyWhereThatIsAskedFor() throws Exception {
    TransportConfig config = TestNode.reannouncing(config("rt1b"), Duration.ofMillis(30));
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      node.awaitReady().announce("svc", AT, message -> {});
      String first = peer.receive().text();
      for (int again = 0; again < 3; again++) {
        assertEquals(first, peer.receive().text());
      }
    }
    TransportConfig once = config("rt1c");
    try (TestNode node = TestNode.started(once);
        PeerDriver peer = PeerDriver.at(once).start()) {
      RpmsgEndpoint service = node.awaitReady().announce("svc", AT, message -> {});
      peer.receive();
      service.sendTo(bytes("next"), 5, LONG);
      assertEquals("next", peer.receive().text());
    }
  }

  @Test
  void trap1_lx141_buffersGoBackWithTheFullLengthOfTheirDescriptorInBothRings() throws Exception {
    TransportConfig config = config("rt2");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      BlockingQueue<String> got = listen(node.awaitReady());
      for (int length : new int[] {18, 100, 512}) {
        peer.transmitLength = length;
        peer.returnedLength = 0;
        peer.send(5, AT, "ab");
        assertEquals("ab", next(got));
        peer.await("returned", peer::allFree);
        assertEquals(length, peer.returnedLength);
      }
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
      endpoint.sendTo(bytes("abc"), 5, LONG);
      assertEquals(512, peer.receive().length());
    }
  }

  @Test
  void trap2_anRpmsgLiteMasterIsKickedThoughItsFlagsSayNo() throws Exception {
    TransportConfig config = TestNode.lite(config("rt3"));
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config)) {
      peer.layOut();
      peer.queue0.availFlags(1);
      peer.kick();
      RpmsgTransport space = node.awaitReady();
      BlockingQueue<String> got = listen(space);
      RpmsgEndpoint endpoint = space.createEndpoint(-1, m -> {});
      peer.rung();
      endpoint.sendTo(bytes("x"), 5, LONG);
      assertTrue(peer.rung(), "no kick for a message");
      peer.send(5, AT, "y");
      assertEquals("y", next(got));
      peer.await("a kick for the buffer", peer::rung);
    }
  }

  @Test
  void trap2_otherwiseTheFlagsOfThePeerAreHonoured() throws Exception {
    TransportConfig config = config("rt4");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
      peer.rung();
      peer.queue0.availFlags(1);
      endpoint.sendTo(bytes("x"), 5, LONG);
      assertFalse(peer.rung());
      peer.queue0.availFlags(0);
      endpoint.sendTo(bytes("x"), 5, LONG);
      assertTrue(peer.rung());
    }
  }

  @Test
  void trap3_trap5_trap10_anRpmsgLiteMasterWithPrefilledUsedRingAndNoStatus() throws Exception {
    TransportConfig config = TestNode.lite(config("rt5"));
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config)) {
      assertEquals(State.CONNECTING, node.transport.state());
      peer.transmitFlags = 2;
      peer.transmitLength = 512;
      peer.layOutRings();
      for (int i = 0; i < RawPeer.NUM; i++) {
        peer.queue1.desc(i, PeerDriver.transmitAddress(i), 512, 2);
        peer.queue1.usedEntry(i, i, 512);
      }
      peer.queue1.usedIndex(256);
      peer.seen1 = 256;
      peer.kick();
      BlockingQueue<String> got = listen(node.awaitReady());
      for (int i = 0; i < 1_000; i++) {
        peer.send(5, AT, "n" + i);
        assertEquals("n" + i, next(got));
      }
      peer.await("all buffers", peer::allFree);
      assertEquals(0, peer.status(), "the status is none of an RPMsg-Lite peer's");
    }
  }

  @Test
  void trap6_eventIdxIsNotOffered() throws Exception {
    TransportConfig config = config("rt6");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config)) {
      assertEquals(1, peer.u32(0x20));
      peer.layOut();
      peer.u32(0x24, 1 | 1 << 29);
      peer.status(4);
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
      for (int i = 0; i < 3; i++) {
        peer.rung();
        endpoint.sendTo(bytes("x"), 5, LONG);
        assertTrue(peer.rung(), "accepted without an offer, EVENT_IDX silenced the kick");
      }
    }
  }

  @Test
  void trap8_reservedIsScratchSpaceOfTheReceiver() throws Exception {
    TransportConfig config = config("rt7");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      BlockingQueue<String> got = listen(node.awaitReady());
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
      for (int i = 0; i < 600; i++) {
        peer.send(5, AT, "n" + i);
        assertEquals("n" + i, next(got));
        endpoint.sendTo(bytes("back"), 5, LONG);
        Frame frame = peer.next();
        assertEquals("00000000", java.util.HexFormat.of().formatHex(frame.raw(), 8, 12));
        peer.u32(peer.queue0.descAddress(frame.id()) + 8, 0x00010000 | frame.id());
        peer.repost(frame.id());
        peer.u32(PeerDriver.transmitAddress(i % 256) + 8, 0xFFFF0000 | i);
      }
    }
  }

  @Test
  void trap9_aBlockedSenderAsksForKicksAndGoesOnWhenABufferIsPosted() throws Exception {
    blockedSender(config("rt8"), true);
  }

  @Test
  void trap9_aBlockedSenderLooksAgainByItselfWhenThePeerNeverNotifies() throws Exception {
    blockedSender(config("rt9"), false);
  }

  private static void blockedSender(TransportConfig config, boolean notifies) throws Exception {
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
      for (int i = 0; i < RawPeer.NUM; i++) {
        assertEquals(SendResult.SENT, endpoint.trySendTo(bytes("m" + i), 5));
      }
      assertEquals(SendResult.BACK_PRESSURE, endpoint.trySendTo(bytes("x"), 5));
      CompletableFuture<Void> sent =
          CompletableFuture.runAsync(() -> {
            try {
              endpoint.sendTo(bytes("late"), 5, LONG);
            } catch (RpmsgException e) {
              throw new IllegalStateException(e);
            }
          });
      peer.await("a wish for kicks", () -> peer.queue0.usedFlags() == 0);
      Frame first = peer.next();
      peer.queue0.availEntry(peer.avail0, first.id());
      peer.queue0.availIndex(++peer.avail0);
      if (notifies) {
        peer.kick();
      }
      sent.get(20, TimeUnit.SECONDS);
      peer.await("no wish any more", () -> peer.queue0.usedFlags() == 1);
      for (int i = 1; i < RawPeer.NUM; i++) {
        assertEquals("m" + i, peer.receive().text());
      }
      assertEquals("late", peer.receive().text());
    }
  }

  @Test
  void trap10_transmitDescriptorsMayHaveWriteSetAndTheSizeOfTheBuffer() throws Exception {
    TransportConfig config = config("rt10");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      BlockingQueue<String> got = listen(node.awaitReady());
      for (int flags : new int[] {0, 2}) {
        for (int length : new int[] {0, 512}) {
          peer.transmitFlags = flags;
          peer.transmitLength = length;
          peer.send(5, AT, "same");
          assertEquals("same", next(got));
        }
      }
      peer.await("all buffers", peer::allFree);
    }
  }

  @Test
  void lx127_indicesWrapInBothRings() throws Exception {
    TransportConfig config = config("rt11");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgTransport space = node.awaitReady();
      RpmsgEndpoint echo = TestNode.echo(space, "wrap", AT);
      assertEquals("wrap", peer.announced());
      for (int i = 0; i < 66_000; i += 100) {
        for (int n = i; n < i + 100; n++) {
          peer.send(5, AT, "n" + n);
        }
        for (int n = i; n < i + 100; n++) {
          assertEquals("n" + n, peer.receive().text());
        }
      }
      peer.await("all buffers", peer::allFree);
      assertTrue(echo.isOpen());
    }
  }

  @Test
  void mtuFollowsTheSmallestBufferSeenAndNeverExceedsWhatTheHeaderCanSay() throws Exception {
    TransportConfig config = config("rt12");
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config)) {
      peer.layOut();
      int[] sizes = {0x20000, 0x20000, 256, 512};
      for (int i = 0; i < RawPeer.NUM; i++) {
        peer.queue0.desc(i, RawPeer.POOL, sizes[i % sizes.length], 2);
      }
      peer.status(7);
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(-1, m -> {});
      assertEquals(65535, endpoint.mtu());
      endpoint.sendTo(java.lang.foreign.MemorySegment.ofArray(new byte[65535]), 5, LONG);
      assertEquals(16 + 65535, peer.next().raw().length);
      endpoint.sendTo(bytes("b"), 5, LONG);
      endpoint.sendTo(bytes("c"), 5, LONG);
      assertEquals(240, endpoint.mtu());
      assertEquals("c", Arrays.asList(peer.next().text(), peer.next().text()).getLast());
    }
  }
}
