// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VringFlags;

@Timeout(60)
class VhostFrontendLinkTest {

  private static final long GUEST = 0x4000_0000L;
  private static final int DRIVER_OK = 15;
  private static final List<String> STARTS =
      List.of(
          "SET_FEATURES 0x140000001 ack",
          "SET_MEM_TABLE [region{guest=0x40000000 size=0x80000 user=0x1000000000 offset=0x0}] ack",
          "SET_VRING_CALL 0 ack",
          "SET_VRING_ERR 0 ack",
          "SET_VRING_NUM 0 256 ack",
          "SET_VRING_BASE 0 0 ack",
          "SET_VRING_ADDR 0 desc=0x1000004000 avail=0x1000005000 used=0x1000006000 flags=0 log=0"
              + " ack",
          "SET_VRING_KICK 0 ack",
          "SET_VRING_CALL 1 ack",
          "SET_VRING_ERR 1 ack",
          "SET_VRING_NUM 1 256 ack",
          "SET_VRING_BASE 1 0 ack",
          "SET_VRING_ADDR 1 desc=0x1000008000 avail=0x1000009000 used=0x100000a000 flags=0 log=0"
              + " ack",
          "SET_VRING_KICK 1 ack",
          "SET_VRING_ENABLE 0 1 ack",
          "SET_VRING_ENABLE 1 1 ack");

  @TempDir Path folder;
  private final int before = Fd.open();
  private VhostFrontendBackend backend;
  private VhostFrontendLink link;

  @BeforeEach
  void listen() throws IOException {
    backend = new VhostFrontendBackend(folder.resolve("s"));
  }

  @AfterEach
  void nothingIsLeftOpen() throws IOException {
    if (link != null) {
      link.close();
    }
    backend.close();
    assertEquals(before, Fd.open());
  }

  private VhostFrontendLink open() throws LinkException {
    link = VhostFrontendLink.open(folder.resolve("s"), VhostFrontendBackend.FRONT_END);
    return link;
  }

  private void start() throws LinkException {
    open();
    link.config().driverFeatures(link.config().deviceFeatures());
    link.config().status(DRIVER_OK);
    link.check();
  }

  @Test
  void theOrderOfMessagesIsThatOfQemu() throws Exception {
    open();
    assertEquals(
        List.of(
            "SET_OWNER",
            "GET_FEATURES",
            "GET_PROTOCOL_FEATURES",
            "SET_PROTOCOL_FEATURES 0x28",
            "SET_BACKEND_REQ_FD ack"),
        backend.told);
    backend.told.clear();
    link.config().driverFeatures(VhostFrontendBackend.NS | VhostFrontendBackend.VERSION_1);
    assertEquals(List.of(), backend.told);
    link.config().status(DRIVER_OK);
    link.check();
    assertEquals(STARTS, backend.told);
    backend.told.clear();
    link.config().status(0);
    assertEquals(
        List.of(
            "SET_VRING_ENABLE 0 0 ack",
            "SET_VRING_ENABLE 1 0 ack",
            "GET_VRING_BASE 0",
            "GET_VRING_BASE 1"),
        backend.told);
    link.check();
    assertEquals(0, link.config().status());
  }

  @Test
  void aBackendWithoutAcknowledgementsIsWaitedForBeforeTheKick() throws Exception {
    backend.protocol = VhostFeature.BACKEND_REQ.bit();
    start();
    List<String> plain = STARTS.stream().map(line -> line.replace(" ack", "")).toList();
    List<String> told = backend.toldFrom(VhostRequest.SET_FEATURES);
    assertEquals(plain, told.subList(0, STARTS.size()));
    assertEquals(List.of("GET_FEATURES"), told.subList(STARTS.size(), told.size()));
  }

  @Test
  void aBackendWithoutProtocolFeaturesGetsRingsThatAreEnabledFromTheStart() throws Exception {
    backend.features = VhostFrontendBackend.NS | VhostFrontendBackend.VERSION_1;
    start();
    assertEquals(List.of("SET_OWNER", "GET_FEATURES"), backend.told.subList(0, 2));
    assertEquals("SET_FEATURES 0x100000001", backend.told.get(2));
    assertTrue(backend.told.stream().noneMatch(line -> line.startsWith("SET_VRING_ENABLE")));
    awaitSignal(backend.kicks[0]);
    link.config().status(0);
    assertEquals(
        List.of("GET_VRING_BASE 0", "GET_VRING_BASE 1"),
        backend.toldFrom(VhostRequest.GET_VRING_BASE));
  }

  @Test
  void theStatusGoesToABackendThatOffersIt() throws Exception {
    backend.protocol |= VhostFeature.STATUS.bit();
    start();
    List<String> told = backend.toldFrom(VhostRequest.SET_FEATURES);
    assertEquals(List.of("SET_STATUS 0xb ack", "GET_STATUS"), told.subList(1, 3));
    assertEquals("SET_STATUS 0xf ack", told.getLast());
    link.config().status(0);
    assertEquals("SET_STATUS 0x0 ack", backend.told.getLast());
    assertEquals(0, backend.status);
  }

  @Test
  void whatNobodyHereSupportsIsNotAccepted() throws Exception {
    backend.protocol = -1L;
    open();
    assertTrue(backend.told.contains("SET_PROTOCOL_FEATURES 0x10228"), backend.told.toString());
    assertEquals(1L | 1L << 32, link.config().deviceFeatures());
  }

  @Test
  void whatTheOptionsLeaveOutIsNotAccepted() throws Exception {
    backend.protocol = -1L;
    link =
        VhostFrontendLink.open(
            folder.resolve("s"), LinkOptions.DEFAULT.withVhost(VhostOptions.DEFAULT.asFrontEnd()));
    assertTrue(backend.told.contains("SET_PROTOCOL_FEATURES 0x28"), backend.told.toString());
  }

  @Test
  void nothingIsKickedBeforeDriverOk() throws Exception {
    open();
    link.doorbell().ring();
    link.config().driverFeatures(link.config().deviceFeatures());
    EventFd[] seen = new EventFd[1];
    boolean[] early = new boolean[1];
    backend.twist =
        message -> {
          if (message.request() == VhostRequest.SET_VRING_ENABLE) {
            seen[0] = backend.kicks[message.state().index()];
            early[0] |= seen[0].drain();
          }
          return false;
        };
    link.config().status(DRIVER_OK);
    link.check();
    assertNotNull(seen[0]);
    assertFalse(early[0]);
    awaitSignal(backend.kicks[0]);
  }

  @Test
  void aDeviceReceivesAndSendsOverTheSharedMemory() throws Exception {
    open();
    link.config().driverFeatures(link.config().deviceFeatures());
    DriverVirtqueue receive = link.ring(0, false).driver();
    DriverVirtqueue transmit = link.ring(1, false).driver();
    long pool = link.pool().offset();
    receive.add(pool, 512, VringFlags.DESC_WRITE);
    receive.publishAvail();
    link.config().status(DRIVER_OK);
    link.check();
    awaitSignal(backend.kicks[0]);

    backend.memory.atGuest(pool, 512).set(JAVA_INT, 0, 0xC0FFEE);
    used(0, 0, 512);
    assertTrue(backend.calls[0].signal());
    assertTrue(link.doorbell().await(TimeUnit.SECONDS.toNanos(20)));
    assertFalse(link.urgent());
    assertEquals(0, receive.nextUsed());
    assertEquals(512, receive.usedLength());
    assertEquals(0xC0FFEE, link.memory().at(pool, 4).get(JAVA_INT, 0));

    link.memory().at(pool + 512, 4).set(JAVA_INT, 0, 4711);
    transmit.add(pool + 512, 20, 0);
    transmit.publishAvail();
    backend.kicks[1].drain();
    link.doorbell().ring();
    awaitSignal(backend.kicks[1]);
    MemorySegment avail = backend.memory.atUser(backend.addresses[1].avail(), 6);
    assertEquals(1, avail.get(JAVA_SHORT, 2));
    long descriptor = backend.addresses[1].descriptors() + 16L * avail.get(JAVA_SHORT, 4);
    MemorySegment entry = backend.memory.atUser(descriptor, 16);
    assertEquals(20, entry.get(JAVA_INT, 8));
    long buffer = entry.get(JAVA_LONG, 0);
    assertEquals(4711, backend.memory.atGuest(buffer, 20).get(JAVA_INT, 0));
    used(1, avail.get(JAVA_SHORT, 4), 20);
    assertTrue(transmit.hasUsed());
  }

  /** Writes the first used element and the index. */
  private void used(int ring, int id, int length) {
    MemorySegment used = backend.memory.atUser(backend.addresses[ring].used(), 12);
    used.set(JAVA_INT, 4, id);
    used.set(JAVA_INT, 8, length);
    VarHandle.releaseFence();
    used.set(JAVA_SHORT, 2, (short) 1);
  }

  @Test
  void lx015_theOrderIsLittleEndianWithVersion1AndElseThatOfTheMachine() throws Exception {
    open();
    assertEquals(ByteOrder.nativeOrder(), link.order());
    link.config().driverFeatures(VhostFrontendBackend.NS | VhostFrontendBackend.VERSION_1);
    assertEquals(ByteOrder.LITTLE_ENDIAN, link.order());
    assertEquals(ByteOrder.LITTLE_ENDIAN, link.ring(0, false).order());
    link.config().driverFeatures(VhostFrontendBackend.NS);
    assertEquals(ByteOrder.nativeOrder(), link.order());
  }

  @Test
  void addressesAreThoseOfTheGuest() throws Exception {
    open();
    assertEquals(new Pool(GUEST + 0x10000, 0x70000), link.pool());
    DeviceMemory memory = link.memory();
    assertEquals(0x80000, memory.byteSize());
    assertEquals(0x80000, memory.at(GUEST, 0x80000).byteSize());
    assertEquals(1, memory.at(GUEST + 0x7FFFF, 1).byteSize());
    assertNull(memory.at(GUEST - 1, 2));
    assertNull(memory.at(0, 1));
    assertNull(memory.at(GUEST + 0x80000, 1));
    assertNull(memory.at(GUEST + 0x7FFFF, 2));
    assertNull(memory.at(GUEST, Long.MAX_VALUE));
    assertNull(memory.at(GUEST, -1));
    assertNull(memory.at(Long.MAX_VALUE, 1));
    assertNull(memory.at(-1, 1));
  }

  @Test
  void aClosedLinkHasNoMemory() throws Exception {
    open();
    DeviceMemory memory = link.memory();
    MemorySegment piece = memory.at(GUEST, 4);
    link.close();
    link.close();
    assertThrows(IllegalStateException.class, () -> piece.get(JAVA_INT, 0));
    assertThrows(IllegalStateException.class, link::memory);
    assertThrows(IllegalStateException.class, () -> link.ring(0, false));
    assertFalse(link.doorbell().await(TimeUnit.SECONDS.toNanos(20)));
  }

  @Test
  void ringsAndPoolGrowTheMemory() throws Exception {
    LinkOptions large =
        VhostFrontendBackend.FRONT_END.withVrings(32768, 65536).withSizes(0, 0x100000);
    link = VhostFrontendLink.open(folder.resolve("s"), large);
    assertTrue(link.pool().size() >= 0x100000);
    assertEquals(32768, link.ring(1, true).num());
    long end = link.pool().offset() + link.pool().size();
    assertEquals(1, link.memory().at(end - 1, 1).byteSize());
  }

  @Test
  void aWakeEndsTheWait() throws Exception {
    open();
    link.doorbell().wake();
    assertTrue(link.doorbell().await(TimeUnit.SECONDS.toNanos(20)));
    assertFalse(link.doorbell().poll());
    assertFalse(link.doorbell().await(1_000_000));
  }

  @Test
  void theConfigurationSpaceIsAsLongAsItSays() throws Exception {
    backend.protocol |= VhostFeature.CONFIG.bit();
    backend.config = new byte[] {1, 11, 0, 0, 4, 0, 0, 0, 2, 0, (byte) 0xFF, 99};
    open();
    assertEquals(11, link.config().configLength());
    assertEquals(4, link.config().config(4));
    assertEquals(0xFF, link.config().config(10));
    assertThrows(IndexOutOfBoundsException.class, () -> link.config().config(11));
    assertEquals(
        List.of("GET_CONFIG 3", "GET_CONFIG 11"), backend.toldFrom(VhostRequest.GET_CONFIG));
  }

  @Test
  void aRefusedConfigurationSpaceIsEmpty() throws Exception {
    backend.protocol |= VhostFeature.CONFIG.bit();
    open();
    assertEquals(0, link.config().configLength());
    backend.config = new byte[] {1, 11, 0};
    link.close();
    open();
    assertEquals(0, link.config().configLength());
  }

  @Test
  void aChangedConfigurationIsReadAgain() throws Exception {
    backend.protocol |= VhostFeature.CONFIG.bit();
    backend.config = new byte[] {1, 4, 0, 7};
    start();
    assertEquals(7, link.config().config(3));
    backend.config = new byte[] {1, 4, 0, 8};
    change();
    assertEquals(8, link.config().config(3));
  }

  @Test
  void aDeviceThatNeedsAResetIsHeard() throws Exception {
    backend.protocol |= VhostFeature.STATUS.bit();
    start();
    assertEquals(DRIVER_OK, link.config().status());
    change();
    assertEquals(DRIVER_OK, link.config().status());
    backend.status |= 0x40;
    change();
    assertEquals(DRIVER_OK | 0x40, link.config().status());
    link.config().status(0);
    assertEquals(0, link.config().status());
  }

  @Test
  void aDeviceThatGivesARingUpNeedsAReset() throws Exception {
    for (int queue = 0; queue < 2; queue++) {
      start();
      assertEquals(DRIVER_OK, link.config().status());
      assertTrue(backend.errors[queue].signal());
      assertTrue(link.doorbell().await(TimeUnit.SECONDS.toNanos(20)));
      assertEquals(DRIVER_OK | 0x40, link.config().status());
      link.check();
      link.close();
    }
  }

  @Test
  void aRingForOneQueueKicksThatOne() throws Exception {
    start();
    awaitSignal(backend.kicks[0]);
    awaitSignal(backend.kicks[1]);
    link.doorbell().ringFor(1);
    awaitSignal(backend.kicks[1]);
    assertFalse(backend.kicks[0].drain());
    link.doorbell().ringFor(0);
    awaitSignal(backend.kicks[0]);
    assertFalse(backend.kicks[1].drain());
  }

  @Test
  void theDumpSaysWhatWasAgreedOnAndWhere() throws Exception {
    start();
    StringBuilder dump = new StringBuilder();
    link.dump(dump);
    assertEquals(
        """
          offered  features 0x140000001, protocol reply-ack backend-req agreed
          region{guest=0x40000000 size=0x80000 user=0x1000000000 offset=0x0}
          vring0 num=256 desc=0x1000004000 avail=0x1000005000 used=0x1000006000
          vring1 num=256 desc=0x1000008000 avail=0x1000009000 used=0x100000a000
        """,
        dump.toString());
  }

  /** Has the back-end say that its configuration changed, and reads that. */
  private void change() throws Exception {
    VhostMessage change = VhostMessage.of(VhostRequest.BACKEND_CONFIG_CHANGE_MSG).needingReply();
    backend.back.send(change, VhostFrontendBackend.soon());
    assertTrue(link.doorbell().await(TimeUnit.SECONDS.toNanos(20)));
    assertTrue(link.urgent());
    link.check();
    assertFalse(link.urgent());
    try (VhostMessage reply = backend.back.receive(VhostFrontendBackend.soon())) {
      assertEquals(0, reply.u64());
    }
  }

  private static void awaitSignal(EventFd bell) throws IOException {
    Poll poll = new Poll(1);
    poll.set(0, bell.fd(), Poll.IN);
    assertEquals(1, poll.await(TimeUnit.SECONDS.toNanos(20)));
    assertTrue(bell.drain());
  }
}
