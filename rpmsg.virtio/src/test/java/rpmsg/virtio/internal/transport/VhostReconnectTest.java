// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.transport.TestNode.bytes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/** Front-ends come, stop, go and crash, and the device goes on with the next one. */
@Timeout(120)
class VhostReconnectTest extends VhostTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final int CYCLES = 200;

  @Test
  void twoHundredFrontEndsLeaveNothingBehind() throws Exception {
    listen();
    long mappings = 0;
    int descriptors = 0;
    long threads = 0;
    for (int i = 0; i < CYCLES; i++) {
      try (TestGuest guest = new TestGuest(i % 2 == 0);
          TestFrontend front = connect(guest)) {
        if (i % 2 == 0) {
          front.uml();
        } else {
          front.qemu();
        }
        guest.kick(0);
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        expectEcho(guest, "m" + i);
      }
      TestNode.await("gone", () -> node.ready.isEmpty());
      TestNode.await("unmapped", () -> mappings() == 0);
      if (i == 4) {
        mappings = mappings();
        descriptors = openAfterAwhile(Fd.open());
        threads = threads();
      }
    }
    assertEquals(mappings, mappings());
    assertEquals(descriptors, openAfterAwhile(descriptors));
    long before = threads;
    TestNode.await("no more threads", () -> threads() <= before);
    assertEquals(CYCLES, node.counter("links"));
  }

  private static int openAfterAwhile(int expected) {
    TestNode.await("descriptors", () -> Fd.open() <= expected);
    return Fd.open();
  }

  private static long mappings() {
    try {
      return guestMappings();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().contains("vh"))
        .count();
  }

  @Test
  void aFrontEndThatCrashesInTheMiddleOfAMessageEndsItsSessionOnly() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(true);
        Arena arena = Arena.ofConfined()) {
      UnixSocket raw = UnixSocket.connect(awaitSocket());
      TestFrontend front = TestFrontend.over(guest, raw).uml();
      guest.kick(0);
      RpmsgTransport first = node.awaitReady();
      MemorySegment half = arena.allocate(16);
      half.set(ValueLayout.JAVA_INT, 0, VhostRequest.SET_VRING_ADDR.number());
      half.set(ValueLayout.JAVA_INT, 4, 1);
      half.set(ValueLayout.JAVA_INT, 8, 40);
      assertEquals(16, raw.trySend(half, List.of()));
      front.close();
      TestNode.await("gone", () -> node.ready.isEmpty());
      TestNode.await(
          "said why", () -> saidOnce("closed by the peer in the middle of SET_VRING_ADDR"));
      guest.layOut();
      try (TestFrontend next = connect(guest).uml()) {
        guest.kick(0);
        nextReady(first);
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        expectEchoes(guest, 300);
        assertTrue(next.channel.fd().isOpen());
      }
    }
  }

  private boolean saidOnce(String text) {
    return node.log.stream().anyMatch(line -> line.contains(text));
  }

  private java.nio.file.Path awaitSocket() {
    TestNode.await("listens", () -> node.transport.reason().endsWith("listening"));
    return socket;
  }

  @Test
  void whileOneFrontEndIsThereTheNextOneWaits() throws Exception {
    listen();
    try (TestGuest first = new TestGuest(true);
        TestGuest second = new TestGuest(true)) {
      TestFrontend front = connect(first).uml();
      first.kick(0);
      RpmsgTransport space = node.awaitReady();
      try (TestFrontend waiting = connect(second)) {
        waiting.tell(VhostMessage.of(VhostRequest.SET_OWNER));
        echo();
        first.announced();
        expectEchoes(first, 20);
        front.close();
        waiting.uml();
        second.kick(0);
        nextReady(space);
        echo();
        assertEquals("rpmsg-echo", second.announced());
        expectEchoes(second, 20);
      }
    }
  }

  @Test
  void qemuStopsAndGoesOnWithNothingLost() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).qemu()) {
      guest.kick(0);
      RpmsgTransport space = null;
      for (int round = 0; round < 5; round++) {
        space = nextReady(space);
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        expectEchoes(guest, 100);
        int[] bases = front.qemuStops();
        TestNode.await("gone", () -> node.ready.isEmpty());
        assertArrayEquals(
            new int[] {guest.queue0.usedIndex(), guest.queue1.usedIndex()},
            bases,
            "nothing was in hand");
        front.bases = bases;
        front.qemuStarts();
      }
      assertEquals(0, node.counter("badEntries"));
    }
  }

  @Test
  void theDriverIsUnboundAndBoundAgainOnTheSameConnection() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(true);
        TestFrontend front = connect(guest).hello()) {
      RpmsgTransport space = null;
      for (int round = 0; round < 5; round++) {
        guest.layOut();
        front.umlBinds();
        assertTrue(node.ready.isEmpty(), "ready before the kick");
        guest.kick(0);
        space = nextReady(space);
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        expectEchoes(guest, 10);
        front.state(VhostRequest.SET_VRING_ENABLE, 0, 0);
        front.state(VhostRequest.SET_VRING_ENABLE, 1, 0);
        TestNode.await("gone", () -> node.ready.isEmpty());
      }
    }
  }

  @Test
  void resetDeviceEndsTheSessionAndTheRingsAreSetUpAnew() throws Exception {
    listen(VhostFeature.RESET_DEVICE);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | 1 << 13).uml()) {
      guest.kick(0);
      RpmsgTransport space = node.awaitReady();
      front.command(VhostMessage.of(VhostRequest.RESET_DEVICE));
      assertTrue(node.ready.isEmpty(), "answered while the session ran");
      guest.layOut();
      front.umlBinds();
      guest.kick(0);
      nextReady(space);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 10);
    }
  }

  @Test
  void theBaseIsRightWhileAClaimAndAHeldMessageAreOut() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).qemu()) {
      guest.kick(0);
      RpmsgTransport space = node.awaitReady();
      RpmsgEndpoint endpoint = holder();
      RpmsgMessage message = heldFrom(guest);
      MemorySegment view = message.payload();
      BufferClaim claim = endpoint.claim(4, 7, LONG);
      endpoint.sendTo(bytes("after the claim"), 7, LONG);
      int[] bases = front.qemuStops();
      assertArrayEquals(new int[] {2, 1}, bases, "all that was taken came back");
      assertEquals(2, guest.queue0.usedIndex());
      assertEquals(1, guest.queue1.usedIndex());
      assertThrows(RpmsgException.class, claim::publish);
      front.bases = bases;
      front.qemuStarts();
      nextReady(space);
      assertEquals("after the claim", guest.receive().text());
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 2 * TestGuest.NUM);
      message.release();
      assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_BYTE, 0));
      expectEchoes(guest, 2 * TestGuest.NUM);
      assertEquals(0, node.counter("badEntries"));
    }
  }

  @Test
  void viewsOfAFrontEndThatHasGoneCannotBeRead() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false)) {
      TestFrontend front = connect(guest).uml();
      guest.kick(0);
      holder();
      RpmsgMessage message = heldFrom(guest);
      MemorySegment view = message.payload();
      assertEquals('h', view.get(ValueLayout.JAVA_BYTE, 0));
      front.close();
      TestNode.await("unmapped", () -> !view.scope().isAlive());
      assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_BYTE, 0));
      assertThrows(
          IllegalStateException.class, () -> message.payload().get(ValueLayout.JAVA_BYTE, 0));
      message.release();
    }
  }

  /** A device has served the driver and gone; nobody hears what it kicks from here on. */
  private void servedBefore(TestGuest guest) throws Exception {
    listen();
    try (TestFrontend front = connect(guest).qemu()) {
      guest.kick(0);
      echo();
      guest.announced();
      expectEchoes(guest, 10);
      assertFalse(node.ready.isEmpty());
      assertTrue(front.channel.fd().isOpen());
    }
    node.close();
    guest.kicker = queue -> {};
  }

  private TestFrontend takenOver(TestGuest guest) throws Exception {
    listen();
    TestFrontend front = connect(guest);
    front.bases = new int[] {guest.queue0.usedIndex(), guest.queue1.usedIndex()};
    return front.qemu();
  }

  @Test
  void aDriverThatRanBeforeUsIsServedWithoutAKick() throws Exception {
    try (TestGuest guest = new TestGuest(false)) {
      servedBefore(guest);
      try (TestFrontend front = takenOver(guest)) {
        node.awaitReady();
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        guest.called(0);
        assertTrue(front.channel.fd().isOpen());
      }
    }
  }

  @Test
  void whatTheDriverSentWhileNobodyWasThereWaitsForTheServiceToBeBoundAgain() throws Exception {
    try (TestGuest guest = new TestGuest(false)) {
      servedBefore(guest);
      guest.send(7, ECHO, "meanwhile");
      try (TestFrontend front = takenOver(guest)) {
        RpmsgTransport first = node.awaitReady();
        TestNode.await("waits", () -> node.counter("parks") == 1);
        front.bases = front.qemuStops();
        assertEquals(guest.queue1.usedIndex(), front.bases[1], "what waits was not taken");
        front.qemuStarts();
        nextReady(first);
        echo();
        while (!guest.receive().text().equals("meanwhile")) {
          // announcements, before and after
        }
        assertEquals(0, node.counter("noRecipient"));
      }
    }
  }
}
