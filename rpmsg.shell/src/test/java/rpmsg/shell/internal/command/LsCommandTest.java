// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.shell.internal.FakeControlDevice;
import rpmsg.shell.internal.FakeEndpointDevice;
import rpmsg.shell.internal.Output;

class LsCommandTest {
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
