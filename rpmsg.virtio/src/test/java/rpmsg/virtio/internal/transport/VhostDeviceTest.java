// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.TransportInfo.State;
import rpmsg.syscall.UnixListener;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostOptions;
import rpmsg.virtio.internal.transport.TransportConfig.Role;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/** Our device against a front-end that says what UML and QEMU say. */
@Timeout(60)
class VhostDeviceTest extends VhostTest {
  private static final long F_EVENT_IDX = 1L << 29;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void announcesAndEchoesAgainstUmlAndQemu(boolean uml) throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(uml);
        TestFrontend front = connect(guest)) {
      if (uml) {
        front.uml();
      } else {
        front.qemu();
      }
      guest.kick(0);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 3 * TestGuest.NUM);
      assertTrue(guest.called(0));
      assertEquals(1, node.counter("links"));
    }
  }

  @Test
  void nobodyIsReadyBeforeTheFirstKickThatIsTheDrivers() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).qemu()) {
      TestNode.await(
          "it waits for the driver", () -> node.transport.reason().contains("DRIVER_OK"));
      assertEquals(TestFrontend.OFFERED, front.ask(VhostRequest.GET_FEATURES));
      assertTrue(node.ready.isEmpty());
      assertEquals(State.CONNECTING, node.transport.state());
      guest.kick(0);
      node.awaitReady();
    }
  }

  @Test
  void aKickOnEitherQueueSaysThatTheDriverIsReady() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).uml()) {
      guest.send(7, ECHO, "early");
      node.awaitReady();
      node.awaitCounter("received", 1);
      assertEquals(TestFrontend.OFFERED, front.ask(VhostRequest.GET_FEATURES));
    }
  }

  @Test
  void aFrontEndWithoutProtocolFeaturesIsServedToo() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest)) {
      front.tell(VhostMessage.of(VhostRequest.SET_OWNER));
      front.tell(
          VhostMessage.of(VhostRequest.SET_FEATURES, TestFrontend.NS | TestFrontend.VERSION_1));
      front.tellMemory(TestGuest.region());
      front.tellRing(0);
      guest.kick(0);
      front.tellRing(1);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 10);
    }
  }

  @Test
  void lx015_version1IsLittleEndianAndLegacyIsTheDriversOwn() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false)) {
      try (TestFrontend front = connect(guest)) {
        front.features = TestFrontend.NS | TestFrontend.PROTOCOL_FEATURES;
        front.uml();
        guest.kick(0);
        node.awaitReady();
        assertEquals(ByteOrder.nativeOrder(), node.space().order());
        assertTrue(node.dump().contains("features NS\n"), node.dump());
      }
      TestNode.await("gone", () -> node.ready.isEmpty());
      guest.layOut();
      try (TestFrontend front = connect(guest).uml()) {
        guest.kick(0);
        node.awaitReady();
        assertEquals(ByteOrder.LITTLE_ENDIAN, node.space().order());
        assertTrue(node.dump().contains("features NS|VERSION_1"), node.dump());
        assertTrue(front.channel.fd().isOpen());
      }
    }
  }

  @Test
  void withoutTheNameServiceFeatureNothingIsAnnounced() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest)) {
      front.features = TestFrontend.VERSION_1 | TestFrontend.PROTOCOL_FEATURES;
      front.uml();
      guest.kick(0);
      assertThrows(
          RpmsgException.class, () -> node.awaitReady().announce("x", RpmsgAddress.ANY, m -> {}));
    }
  }

  @Test
  void eventIdxIsOfferedOnlyWhenConfigured() throws Exception {
    listen(LinkOptions.DEFAULT.withFeatures(1 | F_EVENT_IDX));
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest)) {
      assertEquals(TestFrontend.OFFERED | F_EVENT_IDX, front.ask(VhostRequest.GET_FEATURES));
      front.features = TestFrontend.OFFERED | F_EVENT_IDX;
      front.uml();
      guest.kick(0);
      echo();
      guest.receive();
      expectEchoes(guest, 10);
      assertTrue(node.dump().contains("EVENT_IDX"), node.dump());
    }
  }

  @Test
  void connectsWhereAFrontEndListensAndWaitsUntilOneDoes() throws Exception {
    TransportConfig config = TestNode.config("vh", Role.REMOTE, "vhost-user:" + socket, "", 0);
    VhostOptions connecting = VhostOptions.DEFAULT.withConnect(true);
    node = TestNode.started(TestNode.with(config, LinkOptions.DEFAULT.withVhost(connecting)));
    TestNode.await(
        "it says what it waits for",
        () ->
            node.transport
                .reason()
                .endsWith("nobody listens at " + socket + ": start the other side"));
    for (int i = 0; i < 3; i++) {
      try (UnixListener listener = UnixListener.listen(socket);
          TestGuest guest = new TestGuest(true);
          TestFrontend front = TestFrontend.accept(guest, listener).uml()) {
        guest.kick(0);
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        expectEchoes(guest, 10);
        assertTrue(front.channel.fd().isOpen());
      }
      TestNode.await("gone", () -> node.ready.isEmpty());
    }
    assertEquals(3, node.counter("links"));
  }

  @Test
  void onlyTheOwnerMayConnect() throws Exception {
    listen();
    TestNode.await("the socket", () -> Files.exists(socket));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    TestNode.await(
        "it says so",
        () -> node.transport.reason().endsWith("vhost-user:" + socket + ", listening"));
  }

  @Test
  void saysWhatIsNegotiatedInWords() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(true);
        TestFrontend front = connect(guest).uml()) {
      guest.kick(0);
      node.awaitReady();
      String dump = node.dump();
      assertTrue(dump.contains("vhost-user:" + socket + ", connected"), dump);
      assertTrue(dump.contains("protocol reply-ack backend-req"), dump);
      assertTrue(dump.contains("features NS|VERSION_1"), dump);
      assertTrue(dump.contains(TestGuest.region().toString()), dump);
      assertTrue(dump.contains("vring0 num=256 desc=0x7f5500004000"), dump);
      assertTrue(front.channel.fd().isOpen());
    }
  }

  @Test
  void keysOfOtherLinksAreRefusedInOneLine() {
    node =
        TestNode.started(
            TestNode.config("vh", Role.REMOTE, "vhost-user:" + socket, "unix:/tmp/x", 0));
    TestNode.await("refused", () -> node.transport.misconfigured());
    assertEquals(
        "doorbell 'unix:/tmp/x' does not go with vhost-user: leave it out",
        node.transport.reason());
  }

  @Test
  void whoSeesThatTheOperatorIsNeededSeesWhy() {
    for (int i = 0; i < 100; i++) {
      try (TestNode refused =
          TestNode.started(
              TestNode.config("vh", Role.REMOTE, "vhost-user:" + socket, "unix:/tmp/x", 0))) {
        TestNode.await("refused", refused.transport::misconfigured);
        assertNotEquals("starting", refused.transport.reason());
      }
    }
  }
}
