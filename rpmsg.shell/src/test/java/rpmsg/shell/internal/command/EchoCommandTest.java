// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.shell.internal.FakeEndpointDevice;
import rpmsg.shell.internal.Output;

class EchoCommandTest {
  private final FakeEndpointDevice device =
      new FakeEndpointDevice("rpmsg0", new ChannelInfo("demo", RpmsgAddress.ANY, 0x400));
  private final Devices devices = new Devices();
  private final EchoCommand command = new EchoCommand(devices);

  @BeforeEach
  void deviceIsThere() {
    devices.addEndpoint(device);
  }

  @Test
  void theTextGoesOutAsOneMessageWithNothingBehindIt() throws Exception {
    assertEquals("rpmsg0: 3 bytes sent\n", Output.of(() -> command.echo(0, "rpmsg0", "h\u00e9")));
    assertArrayEquals("h\u00e9".getBytes(StandardCharsets.UTF_8), device.channel.written.poll());
    assertNull(device.channel.written.poll());
    assertFalse(device.channel.isOpen());
  }

  @Test
  void withoutWaitingAnAnswerIsNotRead() throws Exception {
    device.channel.incoming.add("answer".getBytes());
    assertFalse(Output.of(() -> command.echo(0, "rpmsg0", "hello")).contains("answer"));
  }

  @Test
  void theFirstAnswerIsShown() throws Exception {
    device.channel.incoming.add("answer".getBytes());
    device.channel.incoming.add("another".getBytes());
    assertEquals(
        """
        rpmsg0: 5 bytes sent
        6 bytes "answer"
        """,
        Output.of(() -> command.echo(20, "rpmsg0", "hello")));
  }

  @Test
  void anUnknownDeviceIsOneLineThatSaysWhichThereAre() {
    devices.addEndpoint(new FakeEndpointDevice("/dev/rpmsg0", device.info()));
    var unknown =
        assertThrows(IllegalArgumentException.class, () -> command.echo(0, "rpmsg1", "hello"));
    assertEquals("no device rpmsg1: there are rpmsg0, /dev/rpmsg0", unknown.getMessage());
  }
}
