// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;
import rpmsg.shell.internal.FakeControlDevice;
import rpmsg.shell.internal.FakeEndpointDevice;
import rpmsg.shell.internal.Output;

class LsCommandTest {
  /** A bus without transports and drivers. */
  private record EmptyBus() implements RpmsgBus {
    @Override
    public List<RpmsgTransport> transports() {
      return List.of();
    }

    @Override
    public List<String> drivers() {
      return List.of();
    }

    @Override
    public AddressSpace open(TransportOps ops) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void devicesAreListedWithWhatBecameOfTheirMessages() throws Exception {
    Devices devices = new Devices();
    devices.addControl(new FakeControlDevice("rpmsg_ctrl0", "virtio0"));
    ChannelInfo hostile = new ChannelInfo("\u001b[2J", RpmsgAddress.ANY, 0x400);
    devices.addEndpoint(new FakeEndpointDevice("rpmsg0", hostile));
    assertEquals(
        """
        CONTROL      TRANSPORT
        rpmsg_ctrl0  virtio0
        DEVICE  TRANSPORT  NAME     SRC         DST    RECEIVED  SENT  DROPPED  UNREAD
        rpmsg0  virtio0    \\x1b[2J  0xffffffff  0x400  1         2     3        4
        """,
        Output.of(new LsCommand(new Directory(new EmptyBus()), devices)::ls));
  }
}
