// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.shell.internal.FakeControlDevice;
import rpmsg.shell.internal.FakeEndpointDevice;
import rpmsg.shell.internal.Output;

class DevicePrinterTest {
  private final DevicePrinter printer = new DevicePrinter();

  @Test
  void devicesAreShownAsTheyComeAndGo() throws Exception {
    var control = new FakeControlDevice("rpmsg_ctrl0", "virtio0");
    var device = new FakeEndpointDevice("rpmsg0", new ChannelInfo("rpmsg-raw", 0x400, 0x402));
    assertEquals(
        """
        virtio0: control device rpmsg_ctrl0
        virtio0: device rpmsg0 rpmsg-raw:0x400:0x402
        virtio0: device rpmsg0 removed
        virtio0: control device rpmsg_ctrl0 removed
        """,
        Output.of(() -> {
          printer.addControl(control);
          printer.addEndpoint(device);
          printer.removeEndpoint(device);
          printer.removeControl(control);
        }));
  }

  @Test
  void whatItShowsDoesNotCommandTheTerminal() throws Exception {
    var control = new FakeControlDevice("rpmsg_ctrl0", "\u001b[2J");
    assertEquals(
        "\\x1b[2J: control device rpmsg_ctrl0\n", Output.of(() -> printer.addControl(control)));
  }
}
