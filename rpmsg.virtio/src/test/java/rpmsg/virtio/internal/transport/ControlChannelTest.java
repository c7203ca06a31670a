// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo.State;
import rpmsg.core.internal.DriverEntry;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** The channel of the control device: one of each link, in both roles. */
@Timeout(60)
class ControlChannelTest {
  private static final String DEVICE_NAME = ".rpmsg_ctrl.0.0";

  private static List<String> names(RpmsgTransport space) {
    return space.channels().stream().map(RpmsgChannel::deviceName).toList();
  }

  @Test
  void eachLinkHasOneInBothRoles() {
    TransportConfig host = TestNode.config("cc1-host", Role.HOST, 0);
    TransportConfig remote = TestNode.config("cc1-remote", Role.REMOTE, 1);
    try (TestNode driverSide = TestNode.started(host);
        TestNode deviceSide = TestNode.started(remote)) {
      assertEquals(List.of("cc1-host" + DEVICE_NAME), names(driverSide.awaitReady()));
      assertEquals(List.of("cc1-remote" + DEVICE_NAME), names(deviceSide.awaitReady()));
    }
  }

  @Test
  void thereIsNoneBeforeDriverOk() throws Exception {
    TransportConfig config = TestNode.config("cc2", Role.HOST, 0);
    try (TestNode node = new TestNode(config);
        PeerDevice peer = PeerDevice.at(config)) {
      peer.await("laid out", () -> peer.status() == 3);
      node.awaitState(State.WAITING);
      assertEquals(List.of(), names(node.space()));
      node.transport.nameService(node);
      assertEquals(List.of("cc2" + DEVICE_NAME), names(node.awaitReady()));
    }
  }

  @Test
  void itStaysWhileTheNameServiceIsAway() throws Exception {
    TransportConfig config = TestNode.config("cc3", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport space = node.awaitReady();
      RpmsgChannel control = space.channels().iterator().next();
      node.transport.nameService(null);
      node.awaitState(State.NO_NAME_SERVICE);
      assertEquals(List.of(control), List.copyOf(space.channels()));
      node.transport.nameService(node);
      assertSame(space, node.awaitReady());
      assertEquals(7, peer.status());
      assertEquals(List.of(control), List.copyOf(space.channels()));
    }
  }

  @Test
  void lx107_aPeerNeitherRemovesItNorMakesAnother() throws Exception {
    TransportConfig config = TestNode.config("cc4", Role.HOST, 0);
    try (TestNode node = TestNode.started(config);
        PeerDevice peer = PeerDevice.at(config).awaitDriverOk()) {
      RpmsgTransport space = node.awaitReady();
      RpmsgDriver driver = channel -> {};
      node.bus.add(DriverEntry.of("rpmsg_ctrl", List.of(), driver));
      peer.send(0, 53, peer.ns("rpmsg_ctrl", 0, true));
      assertEquals("!EINVAL: no channel rpmsg_ctrl:0xffffffff:0x0", node.nextAnnounced());
      peer.announce("rpmsg_ctrl", 0);
      assertEquals(
          "!EEXIST: channel rpmsg_ctrl:0xffffffff:0x0 already exists", node.nextAnnounced());
      peer.announce("rpmsg_ctrl", 9);
      assertEquals("+rpmsg_ctrl@9", node.nextAnnounced());
      List<RpmsgChannel> channels = List.copyOf(space.channels());
      TestNode.await("bound", () -> "rpmsg_ctrl".equals(channels.getFirst().driver()));
      assertNull(channels.getLast().driver(), "a channel of the peer's is no control channel");
    }
  }
}
