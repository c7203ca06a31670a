// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.MemoryRegion;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringAddress;
import rpmsg.virtio.internal.vhost.VringState;

/** What a front-end may not say is named in one line, and the next front-end is served. */
@Timeout(60)
class VhostHostileTest extends VhostTest {

  private interface Deed {
    void on(TestGuest guest, TestFrontend front) throws IOException;
  }

  private int refusals;

  @BeforeEach
  void listenFirst() {
    listen();
  }

  /** After the messages of UML, with both rings enabled and no kick yet. */
  private void refused(String why, Deed deed) throws Exception {
    try (TestGuest guest = new TestGuest(false)) {
      try (TestFrontend front = connect(guest).uml()) {
        assertThrows(
            IOException.class,
            () -> {
              deed.on(guest, front);
              front.ask(VhostRequest.GET_FEATURES);
            });
      }
      TestNode.await("says " + why, () -> node.log.stream().anyMatch(line -> line.contains(why)));
      node.awaitCounter("badPeers", ++refusals);
    }
    assertTrue(node.logged("error").isEmpty(), node.log::toString);
    expectWorking();
  }

  /** The same while a session runs. */
  private void refusedInSession(String why, Deed deed) throws Exception {
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).uml()) {
      guest.kick(0);
      node.awaitReady();
      assertThrows(
          IOException.class,
          () -> {
            deed.on(guest, front);
            front.ask(VhostRequest.GET_FEATURES);
          });
      TestNode.await("gone", () -> node.ready.isEmpty());
      TestNode.await("says " + why, () -> node.log.stream().anyMatch(line -> line.contains(why)));
      node.awaitCounter("badPeers", ++refusals);
    }
    expectWorking();
  }

  private void expectWorking() throws Exception {
    try (TestGuest guest = new TestGuest(true);
        TestFrontend front = connect(guest).uml()) {
      guest.kick(0);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 10);
      assertTrue(front.channel.fd().isOpen());
    }
  }

  private static Deed state(VhostRequest request, int queue, int num) {
    return (guest, front) -> front.tell(VhostMessage.of(request, new VringState(queue, num)));
  }

  private static Deed address(int queue, int flags, long desc, long used, long avail) {
    return (guest, front) ->
        front.command(VhostMessage.of(new VringAddress(queue, flags, desc, used, avail, 0)));
  }

  @Test
  void featuresThatWereNotOffered() throws Exception {
    refused(
        "SET_FEATURES: bits 0x4000000 were not offered",
        (guest, front) ->
            front.tell(
                VhostMessage.of(VhostRequest.SET_FEATURES, TestFrontend.OFFERED | 1L << 26)));
  }

  @Test
  void protocolFeaturesThatWereNotOffered() throws Exception {
    refused(
        "SET_PROTOCOL_FEATURES: bits 0x4000 were not offered",
        (guest, front) ->
            front.tell(VhostMessage.of(VhostRequest.SET_PROTOCOL_FEATURES, 0x28 | 1L << 14)));
  }

  @Test
  void requestsThatWereNotNegotiated() throws Exception {
    refused(
        "GET_STATUS: status was not negotiated",
        (guest, front) -> front.ask(VhostRequest.GET_STATUS));
    refused(
        "GET_QUEUE_NUM: mq was not negotiated",
        (guest, front) -> front.ask(VhostRequest.GET_QUEUE_NUM));
    refused(
        "RESET_DEVICE: reset-device was not negotiated",
        (guest, front) -> front.tell(VhostMessage.of(VhostRequest.RESET_DEVICE)));
  }

  @Test
  void sizesThatAreNoPowerOfTwo() throws Exception {
    refused("SET_VRING_NUM: 0 is no power", state(VhostRequest.SET_VRING_NUM, 0, 0));
    refused("SET_VRING_NUM: 255 is no power", state(VhostRequest.SET_VRING_NUM, 1, 255));
    refused("SET_VRING_NUM: 65536 is no power", state(VhostRequest.SET_VRING_NUM, 0, 65536));
    refused(
        "SET_VRING_NUM: 2147483648 is no power",
        state(VhostRequest.SET_VRING_NUM, 0, Integer.MIN_VALUE));
  }

  @Test
  void queuesThatDoNotExist() throws Exception {
    refused("SET_VRING_NUM: there is no vring 2", state(VhostRequest.SET_VRING_NUM, 2, 256));
    refused(
        "GET_VRING_BASE: there is no vring 4294967295", state(VhostRequest.GET_VRING_BASE, -1, 0));
    refused(
        "SET_VRING_KICK: there is no vring 255",
        (guest, front) -> front.tell(VhostMessage.vringFd(VhostRequest.SET_VRING_KICK, 255, null)));
  }

  @Test
  void basesAndSwitchesThatCannotBe() throws Exception {
    refused("65536 is no index", state(VhostRequest.SET_VRING_BASE, 0, 65536));
    refused("2 is neither 0 nor 1", state(VhostRequest.SET_VRING_ENABLE, 0, 2));
  }

  @Test
  void ringsThatLeaveTheirRegion() throws Exception {
    long user = TestGuest.USER;
    long end = user + TestGuest.MEMORY;
    refused(
        "the descriptor table of 4096 bytes",
        address(0, 0, end - 4095 - 1 + 16, user, user + 0x1000));
    refused("the avail ring of 516 bytes", address(0, 0, user, user + 0x1000, end - 514));
    refused("the used ring of 2052 bytes", address(1, 0, user, end - 2048, user + 0x1000));
    refused("the descriptor table of", address(1, 0, -16, user, user));
    refused("the descriptor table of", address(1, 0, TestGuest.GUEST, user, user));
  }

  @Test
  void ringsThatAreMisaligned() throws Exception {
    long user = TestGuest.USER;
    refused("descriptor table: expected aligned", address(0, 0, user + 2, user, user));
    refused("avail ring: expected aligned", address(0, 0, user, user, user + 1));
    refused("used ring: expected aligned", address(0, 0, user, user + 2, user));
  }

  @Test
  void aRingToBeLogged() throws Exception {
    refused("flags 0x1: nothing is logged", address(0, 1, 0, 0, 0));
  }

  @Test
  void regionsThatOverlap() throws Exception {
    MemoryRegion whole = TestGuest.region();
    refused("overlaps", (guest, front) -> front.memory(whole, whole));
  }

  @Test
  void aRegionLongerThanItsFile() throws Exception {
    MemoryRegion longer =
        new MemoryRegion(TestGuest.GUEST, TestGuest.MEMORY + 1, TestGuest.USER, TestGuest.OFFSET);
    refused("is longer than its file", (guest, front) -> front.memory(longer));
  }

  @Test
  void descriptorsOfTheWrongKind() throws Exception {
    refused(
        "is no eventfd, socket or pipe",
        (guest, front) ->
            front.tell(VhostMessage.vringFd(VhostRequest.SET_VRING_KICK, 0, guest.memfd)));
    refused(
        "SET_BACKEND_REQ_FD: fd",
        (guest, front) ->
            front.tell(VhostMessage.of(VhostRequest.SET_BACKEND_REQ_FD, guest.memfd)));
  }

  @Test
  void badRequestsEndARunningSessionAndItsBuffersComeBack() throws Exception {
    refusedInSession("SET_VRING_NUM: 3 is no power", state(VhostRequest.SET_VRING_NUM, 0, 3));
  }

  @Test
  void memorySlotsThatWereNotNegotiatedEndARunningSession() throws Exception {
    refusedInSession(
        "ADD_MEM_REG: mem-slots was not negotiated",
        (guest, front) ->
            front.command(
                VhostMessage.of(
                    VhostRequest.ADD_MEM_REG,
                    new MemoryRegion(0x1000, 0x1000, 0x1000, 0),
                    guest.memfd)));
  }

  @Test
  void badRequestsThatNeedNotWaitEndARunningSession() throws Exception {
    refusedInSession("2 is neither 0 nor 1", state(VhostRequest.SET_VRING_ENABLE, 0, 2));
    refusedInSession(
        "there is no vring 9",
        (guest, front) -> front.tell(VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, 9, null)));
  }

  @Test
  void aRefusedRequestIsAnsweredWithAnError() throws Exception {
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).uml();
        VhostMessage reply =
            front.reply(
                VhostMessage.of(VhostRequest.SET_VRING_NUM, new VringState(0, 3)).needingReply())) {
      assertEquals(1, reply.u64());
      assertThrows(IOException.class, () -> front.ask(VhostRequest.GET_FEATURES));
    }
  }

  @Test
  void aKickSocketThatIsClosedCostsNoMoreThanAFewLooks() throws Exception {
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).uml()) {
      UnixSocket.Pair pair = UnixSocket.pair();
      try (Fd theirs = pair.theirs()) {
        front.command(VhostMessage.vringFd(VhostRequest.SET_VRING_KICK, 1, theirs));
      }
      pair.ours().close();
      guest.kick(0);
      echo();
      guest.announced();
      guest.kicker = queue -> guest.kicks[0].signal();
      expectEchoes(guest, 10);
    }
  }

  @Test
  void ringsThatAreBrokenWaitUntilTheyAreSetUpAgain() throws Exception {
    try (TestGuest guest = new TestGuest(false);
        EventFd error = EventFd.create();
        TestFrontend front = connect(guest).uml()) {
      front.command(VhostMessage.vringFd(VhostRequest.SET_VRING_ERR, 1, error.fd()));
      guest.kick(0);
      var space = node.awaitReady();
      guest.queue1.availIndex(5000);
      guest.kick(1);
      TestNode.await("the front-end is told", error::drain);
      TestNode.await("gone", () -> node.ready.isEmpty());
      guest.layOut();
      guest.kick(0);
      assertEquals(TestFrontend.OFFERED, front.ask(VhostRequest.GET_FEATURES));
      assertEquals(1, node.counter("links"));
      front.state(VhostRequest.SET_VRING_ENABLE, 0, 0);
      front.state(VhostRequest.SET_VRING_ENABLE, 1, 0);
      front.umlBinds();
      guest.kick(0);
      nextReady(space);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 10);
    }
  }

  @Test
  void memoryThatIsNoFile() throws Exception {
    refused(
        "is in no regular file or memfd",
        (guest, front) ->
            front.tell(
                VhostMessage.memTable(
                    java.util.List.of(TestGuest.region()),
                    java.util.List.of(guest.kicks[0].fd()))));
  }

  @Test
  void memoryThatWasCutBeforeTheRingsAreLookedAt() throws Exception {
    try (TestGuest guest = new TestGuest(false, true)) {
      try (TestFrontend front = connect(guest).hello()) {
        front.command(VhostMessage.of(VhostRequest.SET_FEATURES, TestFrontend.OFFERED));
        front.memory(TestGuest.region());
        SharedMemory.truncate(guest.memfd, 0);
        front.ring(0);
        front.ring(1);
        front.state(VhostRequest.SET_VRING_ENABLE, 0, 1);
        assertThrows(
            IOException.class,
            () -> {
              front.state(VhostRequest.SET_VRING_ENABLE, 1, 1);
              guest.kick(0);
              for (int i = 0; i < 100_000; i++) {
                front.ask(VhostRequest.GET_FEATURES);
              }
            });
      }
    }
    expectWorking();
  }
}
