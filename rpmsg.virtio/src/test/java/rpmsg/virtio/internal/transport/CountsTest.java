// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.virtio.internal.transport.TransportConfig.Role;
import rpmsg.virtio.ring.SharedLines;

/**
 * What a message costs, in counts that do not depend on how fast the machine is: cache lines of
 * shared memory stored to, copies, and doorbells rung. These are the numbers of
 * docs/performance.md.
 */
@Timeout(60)
class CountsTest {
  private static final int BATCH = 32;
  private static final int SINK = 0x700;
  private static final long DESC_0 = 0x4000;
  private static final long DESC_1 = 0x8000;
  private static final long AVAIL_BYTES = 4 + 2 * RawPeer.NUM;

  private final AtomicLong received = new AtomicLong();

  private static int linesOfMessage(int payload) {
    return (16 + payload + 63) / 64;
  }

  private void sink(TestNode node) throws Exception {
    node.awaitReady().createEndpoint(SINK, message -> received.incrementAndGet());
  }

  private static RpmsgEndpoint sender(TestNode node) throws Exception {
    return node.awaitReady().createEndpoint(RpmsgAddress.ANY, message -> {});
  }

  private static void send(RpmsgEndpoint endpoint, int size) throws Exception {
    endpoint.sendTo(Arena.ofAuto().allocate(size), 5, Duration.ZERO);
  }

  /** Sends through each buffer once, so that every descriptor has been written. */
  private static void sendAround(RpmsgEndpoint endpoint, PeerDevice peer, int size)
      throws Exception {
    for (int i = 0; i < RawPeer.NUM; i++) {
      send(endpoint, size);
      peer.receive();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 128, 496})
  void aHostsMessageStoresToItsOwnLinesAndTwoOfTheRing(int size) throws Exception {
    TransportConfig config = TestNode.config("lines" + size, Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint endpoint = sender(node);
      sendAround(endpoint, peer, size);
      long pool = RawPeer.POOL + (long) RawPeer.NUM * RawPeer.SIZE;
      SharedLines buffers =
          SharedLines.of(peer.memory.asSlice(pool, (long) RawPeer.NUM * RawPeer.SIZE));
      SharedLines descriptors = SharedLines.of(peer.memory.asSlice(DESC_1, 16L * RawPeer.NUM));
      SharedLines avail = SharedLines.of(peer.memory.asSlice(DESC_1 + 0x1000, AVAIL_BYTES));
      send(endpoint, size);
      assertEquals(linesOfMessage(size), buffers.stored());
      assertEquals(0, descriptors.stored());
      assertTrue(avail.stored() <= 2, "entry and index: " + avail.stored());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 128, 496})
  void aRemotesMessageStoresToItsOwnLinesAndTwoOfTheRing(int size) throws Exception {
    TransportConfig config = TestNode.config("back" + size, Role.REMOTE, 0);
    try (TestNode node = TestNode.started(config);
        PeerDriver peer = PeerDriver.at(config).start()) {
      RpmsgEndpoint endpoint = sender(node);
      SharedLines buffers =
          SharedLines.of(peer.memory.asSlice(RawPeer.POOL, (long) RawPeer.NUM * RawPeer.SIZE));
      // Not flags and index, which are on one line with the first elements: the device reads them
      SharedLines used =
          SharedLines.of(peer.memory.asSlice(DESC_0 + 0x2040, 8L * RawPeer.NUM - 64));
      for (int i = 0; i < BATCH; i++) {
        send(endpoint, size);
      }
      assertEquals(BATCH * linesOfMessage(size), buffers.stored());
      assertTrue(used.stored() <= BATCH * 8 / 64, "elements: " + used.stored());
    }
  }

  @Test
  void aHostGivesABatchOfBuffersBackByOneStoreOfTheIndexAndWithoutDescribingThemAgain()
      throws Exception {
    TransportConfig config = TestNode.config("batch", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      sink(node);
      long before = node.counter("receiveBatches");
      for (int i = 0; i < BATCH; i++) {
        int id = peer.take();
        peer.write(peer.queue0.descAddress(id), 1, SINK, 8, new byte[8]);
        peer.queue0.usedEntry(peer.used0++, id, RawPeer.SIZE);
      }
      SharedLines descriptors = SharedLines.of(peer.memory.asSlice(DESC_0, 16L * RawPeer.NUM));
      SharedLines avail = SharedLines.of(peer.memory.asSlice(DESC_0 + 0x1000, AVAIL_BYTES));
      peer.queue0.usedIndex(peer.used0);
      peer.kick();
      TestNode.await("the batch", () -> node.counter("receiveBatches") > before);
      assertEquals(BATCH, received.get());
      assertEquals(before + 1, node.counter("receiveBatches"));
      assertEquals(0, descriptors.stored());
      assertTrue(avail.stored() <= 3, "32 entries and the index: " + avail.stored());
    }
  }

  @Test
  void aClaimIsTheSharedMemoryItself() throws Exception {
    TransportConfig config = TestNode.config("claim", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      BufferClaim claim = sender(node).claim(64, 5, Duration.ZERO);
      MemorySegment written = claim.segment();
      claim.publish();
      Frame frame = peer.next();
      long payload = peer.queue1.descAddress(frame.id()) + 16;
      assertEquals(peer.memory.address() + payload, written.address());
    }
  }

  @Test
  void aMessagesPayloadIsTheSharedMemoryItselfAlsoWhileItIsHeld() throws Exception {
    TransportConfig config = TestNode.config("view", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      AtomicLong address = new AtomicLong();
      node.awaitReady()
          .createEndpoint(
              SINK,
              message -> {
                message.hold();
                address.set(message.payload().address());
                message.release();
                received.incrementAndGet();
              });
      int id = peer.take();
      long buffer = peer.queue0.descAddress(id);
      peer.write(buffer, 1, SINK, 8, new byte[8]);
      peer.use0(id, RawPeer.SIZE);
      TestNode.await("the message", () -> received.get() == 1);
      assertEquals(peer.memory.address() + buffer + 16, address.get());
    }
  }

  /** A link whose doorbell rings. */
  private static TransportConfig ringing(String name, Role role) {
    return TestNode.config(name, role, "loopback:" + name, "local", 0);
  }

  @Test
  void aSenderRingsNotOnceWhileItsPeerIsAwake() throws Exception {
    TransportConfig config = ringing("awake", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      peer.queue1.usedFlags(1);
      RpmsgEndpoint endpoint = sender(node);
      long before = node.counter("kicks");
      sendAround(endpoint, peer, 16);
      assertEquals(before, node.counter("kicks"));
    }
  }

  @Test
  void aSenderRingsOncePerMessageAtMost() throws Exception {
    TransportConfig config = ringing("asleep", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgEndpoint endpoint = sender(node);
      long before = node.counter("kicks");
      sendAround(endpoint, peer, 16);
      assertTrue(node.counter("kicks") - before <= RawPeer.NUM, "" + node.counter("kicks"));
    }
  }

  @Test
  void aReceiverRingsOncePerBatchAtMost() throws Exception {
    TransportConfig config = ringing("batches", Role.HOST);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      sink(node);
      peer.queue0.usedFlags(0);
      long before = node.counter("kicks");
      peer.cycleAll(1, SINK, "x");
      TestNode.await("all", () -> received.get() == RawPeer.NUM);
      long rung = node.counter("kicks") - before;
      assertTrue(rung <= RawPeer.NUM / BATCH, rung + " rings for " + RawPeer.NUM + " messages");
    }
  }
}
