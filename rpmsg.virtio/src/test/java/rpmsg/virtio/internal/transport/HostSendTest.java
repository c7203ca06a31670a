// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.SendResult;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** The driver side's transmit ring, seen by the device. */
@Timeout(60)
class HostSendTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final TransportConfig CONFIG = TestNode.config("hs", Role.HOST, 0);

  private TestNode node;
  private PeerDevice peer;
  private RpmsgEndpoint endpoint;

  @BeforeEach
  void start() throws Exception {
    node = TestNode.started(CONFIG);
    peer = PeerDevice.at(CONFIG).awaitDriverOk();
    endpoint = node.awaitReady().createEndpoint(RpmsgAddress.ANY, message -> {});
  }

  @AfterEach
  void stop() {
    peer.close();
    node.close();
  }

  private void send(String text) throws RpmsgException {
    endpoint.sendTo(bytes(text), 5, Duration.ZERO);
  }

  private void fill() throws RpmsgException {
    for (int i = 0; i < RawPeer.NUM; i++) {
      send("m" + i);
    }
  }

  private static Errno errno(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(RpmsgException.class, call).errno();
  }

  @Test
  void lx069_lx086_lx087_aSendIsOneDescriptorOfHeaderAndPayloadWithoutFlags() throws Exception {
    for (int i = 0; i < RawPeer.NUM; i++) {
      send("x".repeat(i));
      Frame frame = peer.next();
      assertEquals(16 + i, frame.length());
      assertEquals(0, frame.descFlags());
      assertEquals(RawPeer.POOL + (256L + i) * 512, peer.queue1.descAddress(frame.id()));
    }
  }

  @Test
  void lx070_lx071_lx075_longestMessageIs496AndOneMoreTakesNoBuffer() throws Exception {
    assertEquals(496, endpoint.mtu());
    for (int i = 0; i < 2 * RawPeer.NUM; i++) {
      assertEquals(
          Errno.EMSGSIZE,
          errno(() -> endpoint.sendTo(MemorySegment.ofArray(new byte[497]), 5, Duration.ZERO)));
      assertEquals(Errno.EMSGSIZE, errno(() -> endpoint.claim(497, 5, Duration.ZERO)));
    }
    assertEquals(0, peer.queue1.availIndex());
    for (int i = 0; i < RawPeer.NUM; i++) {
      endpoint.sendTo(MemorySegment.ofArray(new byte[496]), 5, Duration.ZERO);
    }
    assertEquals(512, peer.next().length());
  }

  @Test
  void lx072_lx073_lx074_refusalsInLinuxsOrder() {
    MemorySegment huge = MemorySegment.ofArray(new byte[1000]);
    assertEquals(Errno.EMSGSIZE, errno(() -> endpoint.claim(-1, 5, Duration.ZERO)));
    assertEquals(Errno.EINVAL, errno(() -> endpoint.sendTo(bytes("x"), -1, Duration.ZERO)));
    assertEquals(Errno.EINVAL, errno(() -> endpoint.sendTo(huge, -1, Duration.ZERO)));
    assertEquals(Errno.EOPNOTSUPP, errno(() -> endpoint.setFlowControl(true)));
    assertEquals(0, peer.queue1.availIndex());
  }

  @Test
  void lx076_tryingWithoutABufferSaysSoAtOnce() throws Exception {
    fill();
    assertEquals(SendResult.BACK_PRESSURE, endpoint.trySendTo(bytes("x"), 5));
    assertNull(endpoint.claim(1, 5, Duration.ZERO));
    assertEquals(256, peer.queue1.availIndex());
    peer.receive();
    assertEquals(SendResult.SENT, endpoint.trySendTo(bytes("x"), 5));
  }

  @Test
  void lx077_aSenderWaitsAsLongAsItSaid() throws Exception {
    fill();
    long begin = System.nanoTime();
    Duration bound = Duration.ofMillis(60);
    assertEquals(Errno.ERESTARTSYS, errno(() -> endpoint.sendTo(bytes("x"), 5, bound)));
    long took = System.nanoTime() - begin;
    assertTrue(took >= bound.toNanos(), "gave up after " + took + " ns");
    assertTrue(took < Duration.ofSeconds(10).toNanos(), "waited " + took + " ns");
  }

  @Test
  void lx078_lx126_aBlockedSenderAsksForInterruptsAndGoesOnWhenABufferIsFreed() throws Exception {
    fill();
    assertEquals(1, peer.queue1.availFlags(), "interrupts asked for though nobody waits");
    CompletableFuture<Void> sent = inBackground(() -> endpoint.sendTo(bytes("late"), 5, LONG));
    peer.await("a wish for interrupts", () -> peer.queue1.availFlags() == 0);
    assertFalse(sent.isDone());
    peer.receive();
    sent.get(20, TimeUnit.SECONDS);
    peer.await("no wish any more", () -> peer.queue1.availFlags() == 1);
    for (int i = 1; i < RawPeer.NUM; i++) {
      assertEquals("m" + i, peer.receive().text());
    }
    assertEquals("late", peer.receive().text());
  }

  @Test
  void trap9_aBlockedSenderLooksAgainByItselfWhenThePeerNeverNotifies() throws Exception {
    fill();
    CompletableFuture<Void> sent = inBackground(() -> endpoint.sendTo(bytes("late"), 5, LONG));
    peer.await("a wish for interrupts", () -> peer.queue1.availFlags() == 0);
    peer.queue1.usedEntry(0, peer.next().id(), RawPeer.SIZE);
    peer.queue1.usedIndex(1);
    sent.get(20, TimeUnit.SECONDS);
  }

  @Test
  void lx079_anInterruptEndsTheWaitAtOnceAndStaysSet() throws Exception {
    fill();
    AtomicBoolean stillSet = new AtomicBoolean();
    CompletableFuture<Errno> result = new CompletableFuture<>();
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              result.complete(errno(() -> endpoint.sendTo(bytes("x"), 5, LONG)));
              stillSet.set(Thread.currentThread().isInterrupted());
            });
    peer.await("a wish for interrupts", () -> peer.queue1.availFlags() == 0);
    sender.interrupt();
    assertEquals(Errno.EINTR, result.get(20, TimeUnit.SECONDS));
    assertTrue(sender.join(Duration.ofSeconds(20)));
    assertTrue(stillSet.get());
    peer.await("no wish any more", () -> peer.queue1.availFlags() == 1);
    peer.receive();
    send("afterwards");
  }

  @Test
  void lx085_writableWhileABufferIsFree() throws Exception {
    assertTrue(endpoint.writable());
    fill();
    assertFalse(endpoint.writable());
    peer.receive();
    assertTrue(endpoint.writable());
  }

  @Test
  void lx088_lx124_aKickPerMessageUnlessThePeerWantsNone() throws Exception {
    long before = node.counter("kicks");
    peer.rung();
    for (int i = 0; i < 10; i++) {
      send("x");
      assertTrue(peer.rung(), "no kick for message " + i);
    }
    assertEquals(10, node.counter("kicks") - before);
    peer.queue1.usedFlags(1);
    for (int i = 0; i < 10; i++) {
      send("x");
      assertFalse(peer.rung(), "a kick in spite of NO_NOTIFY");
    }
    assertEquals(10, node.counter("kicks") - before);
  }

  @Test
  void lx089_lx128_buffersAreUsedAgainInTheOrderInWhichTheyCameBack() throws Exception {
    fill();
    int[] ids = new int[RawPeer.NUM];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = peer.next().id();
    }
    long[] expected = new long[RawPeer.NUM];
    for (int i = 0; i < ids.length; i++) {
      int id = ids[(i * 37 + 11) % ids.length];
      expected[i] = peer.queue1.descAddress(id);
      peer.free(id);
    }
    fill();
    for (int i = 0; i < ids.length; i++) {
      Frame frame = peer.next();
      assertEquals("m" + i, frame.text());
      assertEquals(expected[i], peer.queue1.descAddress(frame.id()));
    }
    assertFalse(endpoint.writable());
  }

  @Test
  void lx129_lx130_aRingThatThePeerBreaksWhileSomebodySendsIsResetByItself() throws Exception {
    fill();
    peer.queue1.usedEntry(0, 256, RawPeer.SIZE);
    peer.queue1.usedIndex(1);
    assertEquals(Errno.EIO, errno(() -> endpoint.sendTo(bytes("x"), 5, Duration.ZERO)));
    TestNode.await("broken", () -> node.counter("brokenRings") == 1);
    peer.await("reset", () -> peer.status() == 0);
    peer.close();
    peer = PeerDevice.at(CONFIG).awaitDriverOk();
    TestNode.await("next link", () -> node.counter("links") == 2);
    endpoint = node.awaitReady().createEndpoint(RpmsgAddress.ANY, message -> {});
    fill();
    assertEquals("m0", peer.receive().text());
  }

  private interface Call {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> inBackground(Call call) {
    return CompletableFuture.runAsync(() -> {
      try {
        call.run();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }
}
