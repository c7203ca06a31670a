// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** A driver that means harm: each deed is counted and named, and costs no buffer. */
@Timeout(60)
class RemoteHostileTest {
  private static final int AT = 0x777;
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final TransportConfig CONFIG = TestNode.config("rh", Role.REMOTE, 0);

  private final BlockingQueue<String> got = new LinkedBlockingQueue<>();
  private TestNode node;
  private PeerDriver peer;
  private RpmsgEndpoint endpoint;

  @BeforeEach
  void start() throws Exception {
    node = TestNode.started(CONFIG);
    peer = PeerDriver.at(CONFIG).start();
    listen();
  }

  private void listen() throws Exception {
    endpoint = node.awaitReady().createEndpoint(AT, m -> got.add(new String(m.toByteArray())));
  }

  @AfterEach
  void stop() {
    peer.close();
    node.close();
  }

  private void expectWorking() throws Exception {
    for (int i = 0; i < 2 * RawPeer.NUM; i++) {
      peer.send(5, AT, "n" + i);
      assertEquals("n" + i, got.poll(20, TimeUnit.SECONDS));
      endpoint.sendTo(bytes("b" + i), 5, LONG);
      assertEquals("b" + i, peer.receive().text());
    }
    peer.await("all buffers", peer::allFree);
  }

  /** A descriptor like this is counted, comes back, and the link goes on. */
  private void refused(long address, int length, int flags) throws Exception {
    for (int i = 0; i < 300; i++) {
      int id = peer.takeFree();
      peer.queue1.desc(id, address, length, flags);
      peer.post(id);
    }
    peer.await("all buffers", peer::allFree);
    node.awaitCounter("badEntries", 300);
    assertEquals(0, node.counter("received"));
    expectWorking();
    assertEquals(1, node.counter("links"));
  }

  @Test
  void addressBehindTheMemory() throws Exception {
    refused(0x80000, 512, 0);
  }

  @Test
  void addressThatReachesBehindTheMemory() throws Exception {
    refused(0x80000 - 511, 512, 0);
  }

  @Test
  void addressThatIsNegative() throws Exception {
    refused(-16, 512, 0);
  }

  @Test
  void addressThatOverflows() throws Exception {
    refused(Long.MAX_VALUE - 8, 512, 0);
  }

  @Test
  void length4() throws Exception {
    refused(PeerDriver.transmitAddress(0), 4, 0);
  }

  @Test
  void length0() throws Exception {
    refused(PeerDriver.transmitAddress(0), 0, 0);
  }

  @Test
  void lengthMinus1() throws Exception {
    refused(PeerDriver.transmitAddress(0), -1, 0);
  }

  @Test
  void chainedDescriptor() throws Exception {
    refused(PeerDriver.transmitAddress(0), 512, 1);
  }

  @Test
  void indirectDescriptor() throws Exception {
    refused(PeerDriver.transmitAddress(0), 512, 4);
  }

  @Test
  void lx133_headerLengthBehindTheDescriptor() throws Exception {
    int[] lengths = {65535, 497, 3};
    int[] descriptors = {512, 512, 18};
    for (int i = 0; i < 300; i++) {
      int id = peer.takeFree();
      peer.write(PeerDriver.transmitAddress(id), 5, AT, lengths[i % 3], new byte[2]);
      peer.queue1.desc(id, PeerDriver.transmitAddress(id), descriptors[i % 3], 0);
      peer.post(id);
    }
    node.awaitCounter("badMessages", 300);
    assertTrue(got.isEmpty());
    expectWorking();
    assertEquals(1, node.counter("links"));
  }

  @Test
  void availEntryThatNamesNoDescriptor() throws Exception {
    for (int i = 0; i < 200; i++) {
      peer.post(256 + i);
    }
    node.awaitCounter("badEntries", 200);
    expectWorking();
    assertEquals(1, node.counter("links"));
  }

  @Test
  void availEntryThatNamesADescriptorTwice() throws Exception {
    AtomicBoolean twice = new AtomicBoolean();
    endpoint.close();
    RpmsgEndpoint holding =
        node.awaitReady()
            .createEndpoint(
                AT,
                m -> {
                  m.hold();
                  peer.post(0);
                  TestNode.await("released", twice::get);
                  m.release();
                });
    int id = peer.takeFree();
    assertEquals(0, id);
    peer.write(PeerDriver.transmitAddress(0), 5, AT, 0, new byte[0]);
    peer.queue1.desc(0, PeerDriver.transmitAddress(0), 16, 0);
    peer.queue1.availEntry(1, 0);
    peer.queue1.availEntry(0, 0);
    peer.avail1 = 2;
    peer.queue1.availIndex(2);
    peer.kick();
    twice.set(true);
    TestNode.await("skipped", () -> node.counter("badEntries") > 0);
    holding.close();
    assertEquals(1, node.counter("links"));
  }

  @Test
  void trap7_availIndexThatJumpsResetsTheLink() throws Exception {
    peer.queue1.availIndex(1000);
    peer.kick();
    expectReset("avail.idx expected to move by at most 256, actual 1000");
  }

  @Test
  void trap7_availIndexOfTheTransmitRingThatJumpsResetsTheLink() throws Exception {
    for (int i = 0; i < RawPeer.NUM; i++) {
      endpoint.sendTo(bytes("x"), 5, LONG);
    }
    peer.queue0.availIndex(1256);
    peer.kick();
    try {
      endpoint.sendTo(bytes("x"), 5, LONG);
    } catch (rpmsg.core.RpmsgException broken) {
      assertTrue(
          broken.errno() == rpmsg.core.Errno.EIO || broken.errno() == rpmsg.core.Errno.ENODEV);
    }
    expectReset("avail.idx expected to move by at most 256, actual 1000");
  }

  private void expectReset(String reason) throws Exception {
    TestNode.await("broken ring", () -> node.counter("brokenRings") == 1);
    peer.await("NEEDS_RESET", () -> (peer.status() & 0x40) != 0);
    assertTrue(node.logged("error").toString().contains(reason), node.log.toString());
    assertEquals(1, node.logged("error").size(), node.log.toString());
    peer.close();
    TestNode.await("down", () -> node.ready.isEmpty());
    peer = PeerDriver.at(CONFIG).start();
    listen();
    expectWorking();
    assertEquals(2, node.counter("links"));
  }

  @Test
  void receiveBuffersThatAreUnusableAreSkippedAndComeBackEmpty() throws Exception {
    for (int i = 0; i < RawPeer.NUM; i++) {
      peer.send(5, AT, "sync");
      got.take();
    }
    endpoint.sendTo(bytes("first"), 5, LONG);
    assertEquals("first", peer.next().text());
    for (int i = 1; i < RawPeer.NUM; i++) {
      endpoint.sendTo(bytes("x"), 5, LONG);
      peer.next();
    }
    long[] addresses = {0x80000, RawPeer.POOL, RawPeer.POOL, RawPeer.POOL};
    int[] lengths = {512, 15, 512, 512};
    int[] flags = {2, 2, 3, 6};
    for (int i = 0; i < 4; i++) {
      peer.queue0.desc(i, addresses[i], lengths[i], flags[i]);
      peer.repost(i);
    }
    peer.repost(4);
    endpoint.sendTo(bytes("good"), 5, LONG);
    for (int i = 0; i < 4; i++) {
      peer.await("returned", peer::hasMessage);
      assertEquals(i, peer.queue0.usedId(peer.seen0));
      assertEquals(0, peer.queue0.usedLength(peer.seen0++));
    }
    assertEquals("good", peer.receive().text());
    node.awaitCounter("badTransmitEntries", 4);
  }

  @Test
  void aFloodOfBadEntriesHoldsUpNeitherSendersNorTheEnd() throws Exception {
    Thread flood =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              int id = 0;
              while (!Thread.currentThread().isInterrupted()) {
                int index = peer.queue0.availIndex();
                while (((peer.queue0.usedIndex() + 255 - index) & 0xFFFF) < 256) {
                  peer.queue0.desc(id & 255, 0, 0, 0);
                  peer.queue0.availEntry(index++, id++ & 255);
                }
                peer.queue0.availIndex(index);
              }
            });
    try {
      TestNode.await("bad entries", () -> countedWhileSending() > 10 * RawPeer.NUM);
      assertEquals(1, node.counter("links"));
      node.close();
      assertEquals("STOPPED", node.transport.state().name());
      assertTrue(node.logged("error").isEmpty(), node.log.toString());
    } finally {
      flood.interrupt();
      assertTrue(flood.join(Duration.ofSeconds(20)));
    }
  }

  private long countedWhileSending() {
    try {
      endpoint.trySendTo(bytes("x"), 5);
    } catch (RpmsgException e) {
      throw new AssertionError(e);
    }
    return node.counter("badTransmitEntries");
  }
}
