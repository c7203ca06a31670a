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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.SendResult;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** Held, claimed, awaited and contended buffers, in both roles. */
@Timeout(60)
class BuffersTest {
  private static final int AT = 0x777;
  private static final Duration LONG = Duration.ofSeconds(30);

  private final BlockingQueue<RpmsgMessage> held = new LinkedBlockingQueue<>();
  private final BlockingQueue<Errno> refused = new LinkedBlockingQueue<>();

  private void holder(RpmsgTransport space) throws Exception {
    space.createEndpoint(
        AT,
        m -> {
          try {
            m.hold();
            held.add(m);
          } catch (RpmsgException full) {
            refused.add(full.errno());
          }
        });
  }

  private void releaseFromManyThreads() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (RpmsgMessage m; (m = held.poll()) != null; ) {
                  m.release();
                }
              }));
    }
    for (Thread thread : threads) {
      assertTrue(thread.join(LONG));
    }
  }

  @Test
  void hostHoldsHalfOfItsBuffersAtMostAndAllComeBack() throws Exception {
    TransportConfig config = TestNode.config("bf1", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      holder(node.awaitReady());
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 200; i++) {
          peer.send(5, AT, "held" + i);
        }
        for (int i = 0; i < 72; i++) {
          assertEquals(Errno.ENOBUFS, refused.poll(20, TimeUnit.SECONDS));
        }
        assertEquals(128, held.size());
        assertTrue(node.dump().contains("held 128 of 128"), node.dump());
        peer.await("128 posted", () -> peer.posted() == 128);
        int i = 0;
        for (RpmsgMessage m : held) {
          assertEquals("held" + i++, new String(m.toByteArray()));
        }
        releaseFromManyThreads();
        peer.await("256 posted", () -> peer.posted() == 256);
        assertTrue(node.dump().contains("held 0 of 128"), node.dump());
      }
      peer.cycleAll(5, 0x666, "nobody");
    }
  }

  @Test
  void remoteHoldsHalfOfTheRingAtMostAndAllComeBack() throws Exception {
    TransportConfig config = TestNode.config("bf2", Role.REMOTE, 0);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      holder(node.awaitReady());
      for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 200; i++) {
          peer.send(5, AT, "held" + i);
        }
        for (int i = 0; i < 72; i++) {
          assertEquals(Errno.ENOBUFS, refused.poll(20, TimeUnit.SECONDS));
        }
        peer.await("128 missing", () -> !peer.allFree() && peer.free.size() == 128);
        int i = 0;
        for (RpmsgMessage m : held) {
          assertEquals("held" + i++, new String(m.toByteArray()));
        }
        releaseFromManyThreads();
        peer.await("all buffers", peer::allFree);
      }
    }
  }

  @Test
  void aMessageIsHeldOnceAndOnlyByItsListenerAndReleasedOnce() throws Exception {
    TransportConfig config = TestNode.config("bf3", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      AtomicReference<RpmsgMessage> kept = new AtomicReference<>();
      BlockingQueue<String> results = new LinkedBlockingQueue<>();
      node.awaitReady()
          .createEndpoint(
              AT,
              m -> {
                kept.set(m);
                m.hold();
                assertThrows(IllegalStateException.class, m::hold);
                m.release();
                m.release();
                results.add("done");
              });
      for (int i = 0; i < 2 * RawPeer.NUM; i++) {
        peer.send(5, AT, "x");
        assertEquals("done", results.poll(20, TimeUnit.SECONDS));
      }
      peer.await("256 posted", () -> peer.posted() == 256);
      assertThrows(IllegalStateException.class, () -> kept.get().hold());
      kept.get().release();
      peer.cycleAll(5, 0x666, "nobody");
    }
  }

  @Test
  void claimsArePublishedInPlaceOrAbortedWithoutLoss() throws Exception {
    TransportConfig config = TestNode.config("bf4", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(AT, m -> {});
      List<BufferClaim> claims = new ArrayList<>();
      for (int i = 0; i < RawPeer.NUM; i++) {
        claims.add(endpoint.claim(2, 5, Duration.ZERO));
      }
      assertNull(endpoint.claim(2, 5, Duration.ZERO));
      assertEquals(SendResult.BACK_PRESSURE, endpoint.trySendTo(bytes("x"), 5));
      for (int i = 0; i < RawPeer.NUM; i++) {
        BufferClaim claim = claims.get(i);
        assertEquals(2, claim.segment().byteSize());
        claim.segment().copyFrom(bytes("c" + i % 10));
        if (i % 2 == 0) {
          claim.publish();
          assertThrows(IllegalStateException.class, claim::publish);
        }
        claim.abort();
        claim.abort();
      }
      for (int i = 0; i < RawPeer.NUM; i += 2) {
        Frame frame = peer.receive();
        assertEquals("c" + i % 10, frame.text());
        assertEquals(AT, frame.src());
        assertEquals(18, frame.length());
      }
      for (int i = 0; i < RawPeer.NUM; i++) {
        assertEquals(SendResult.SENT, endpoint.trySendTo(bytes("x"), 5));
      }
      assertEquals(SendResult.BACK_PRESSURE, endpoint.trySendTo(bytes("x"), 5));
    }
  }

  @Test
  void whenWritableRunsOnceAndSoonWhereABufferIsFree() throws Exception {
    TransportConfig config = TestNode.config("bf5", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(AT, m -> {});
      long begin = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        CountDownLatch ran = new CountDownLatch(1);
        endpoint.whenWritable(ran::countDown);
        assertTrue(ran.await(20, TimeUnit.SECONDS));
        peer.await("no wish any more", () -> peer.queue1.availFlags() == 1);
      }
      long took = System.nanoTime() - begin;
      assertTrue(took < TimeUnit.SECONDS.toNanos(5), "100 times took " + took + " ns");
    }
  }

  @Test
  void whenWritableWaitsForThePeerAndForAnAbort() throws Exception {
    TransportConfig config = TestNode.config("bf6", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(AT, m -> {});
      BufferClaim claim = endpoint.claim(1, 5, Duration.ZERO);
      TestNode.fill(endpoint, 5);
      CountDownLatch first = new CountDownLatch(1);
      endpoint.whenWritable(first::countDown);
      peer.await("a wish for interrupts", () -> peer.queue1.availFlags() == 0);
      assertEquals(1, first.getCount());
      claim.abort();
      assertTrue(first.await(20, TimeUnit.SECONDS));
      endpoint.sendTo(bytes("x"), 5, Duration.ZERO);
      CountDownLatch second = new CountDownLatch(1);
      endpoint.whenWritable(second::countDown);
      peer.await("a wish for interrupts", () -> peer.queue1.availFlags() == 0);
      assertEquals(1, second.getCount());
      peer.receive();
      assertTrue(second.await(20, TimeUnit.SECONDS));
      peer.await("no wish any more", () -> peer.queue1.availFlags() == 1);
    }
  }

  @Test
  void whenWritableIsNotForgottenWhileTheControlQueueIsFull() throws Exception {
    TransportConfig config = TestNode.config("bf7", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint endpoint = node.awaitReady().createEndpoint(AT, m -> {});
      CountDownLatch go = new CountDownLatch(1);
      node.space().execute(() -> TestNode.await("go", () -> go.getCount() == 0));
      while (node.space().execute(() -> {})) {
        Thread.onSpinWait();
      }
      CountDownLatch ran = new CountDownLatch(1);
      endpoint.whenWritable(ran::countDown);
      peer.send(5, 0x666, "passes by");
      node.awaitCounter("noRecipient", 1);
      go.countDown();
      assertTrue(ran.await(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void aListenerThatSendsIntoAFullRingWaitsAndGoesOn() throws Exception {
    TransportConfig config = TestNode.config("bf8", Role.REMOTE, 0);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgTransport space = node.awaitReady();
      RpmsgEndpoint[] self = new RpmsgEndpoint[1];
      self[0] = space.createEndpoint(AT, m -> self[0].sendTo(m.payload(), m.src(), LONG));
      for (int i = 0; i < RawPeer.NUM; i++) {
        assertEquals(SendResult.SENT, self[0].trySendTo(bytes("m" + i), 5));
      }
      for (int i = 0; i < 20; i++) {
        peer.send(5, AT, "echo" + i);
      }
      peer.await("the listener waits", () -> peer.queue0.usedFlags() == 0);
      for (int i = 0; i < RawPeer.NUM; i++) {
        assertEquals("m" + i, peer.receive().text());
      }
      for (int i = 0; i < 20; i++) {
        assertEquals("echo" + i, peer.receive().text());
      }
      peer.await("all buffers", peer::allFree);
    }
  }

  @Test
  void eightThreadsAtOnceKeepTheirOrderAndLoseNothing() throws Exception {
    eightThreads(
        TestNode.config("bf9-host", Role.HOST, 0), TestNode.config("bf9-remote", Role.REMOTE, 1));
  }

  @Test
  void eightThreadsOfTheDeviceAtOnceKeepTheirOrderAndLoseNothing() throws Exception {
    eightThreads(
        TestNode.config("bf10-remote", Role.REMOTE, 0), TestNode.config("bf10-host", Role.HOST, 1));
  }

  private static void eightThreads(TransportConfig near, TransportConfig far) throws Exception {
    int threads = 8;
    int each = 5_000;
    try (TestNode sender = TestNode.started(near);
        TestNode echoing = TestNode.started(far)) {
      RpmsgTransport space = sender.awaitReady();
      RpmsgEndpoint echo = TestNode.echo(echoing.awaitReady(), "echo", -1);
      Map<Integer, Integer> next = new HashMap<>();
      CompletableFuture<Void> all = new CompletableFuture<>();
      RpmsgEndpoint endpoint =
          space.createEndpoint(
              -1,
              m -> {
                String[] words = new String(m.toByteArray()).split(" ");
                int thread = Integer.parseInt(words[0]);
                int expected = next.merge(thread, 1, Integer::sum) - 1;
                if (expected != Integer.parseInt(words[1])) {
                  all.completeExceptionally(
                      new AssertionError(expected + " expected of " + String.join(" ", words)));
                }
                if (next.values().stream().mapToInt(i -> i).sum() == threads * each) {
                  all.complete(null);
                }
              });
      List<CompletableFuture<Void>> senders = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int thread = t;
        senders.add(
            inBackground(() -> {
              for (int i = 0; i < each; i++) {
                MemorySegment text = bytes(thread + " " + i);
                endpoint.sendTo(text, echo.address(), LONG);
              }
            }));
      }
      for (CompletableFuture<Void> done : senders) {
        done.get(40, TimeUnit.SECONDS);
      }
      all.get(40, TimeUnit.SECONDS);
      assertEquals(1, sender.counter("links"));
      assertEquals(1, echoing.counter("links"));
      assertFalse(sender.log.toString().contains("error"));
    }
  }

  private interface Call {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> inBackground(Call call) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            call.run();
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }
}
