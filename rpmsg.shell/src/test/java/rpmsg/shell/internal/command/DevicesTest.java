// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.shell.internal.FakeEndpointDevice;

class DevicesTest {
  @Test
  void devicesAreInTheOrderOfTheirNumbersAndTheKernelsLast() {
    Devices devices = new Devices();
    ChannelInfo info = new ChannelInfo("demo", 1, 2);
    Stream.of("/dev/rpmsg0", "rpmsg10", "rpmsg9", "rpmsg0")
        .forEach(name -> devices.addEndpoint(new FakeEndpointDevice(name, info)));
    assertEquals(
        List.of("rpmsg0", "rpmsg9", "rpmsg10", "/dev/rpmsg0"),
        devices.endpoints().stream().map(EndpointDevice::name).toList());
  }
}
