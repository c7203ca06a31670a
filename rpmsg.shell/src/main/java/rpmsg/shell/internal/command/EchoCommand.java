// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.chardev.EndpointChannel;

/** {@code rpmsg:echo}. */
@Component(
    service = EchoCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=echo"})
public final class EchoCommand {
  private final Devices devices;

  @Activate
  public EchoCommand(@Reference Devices devices) {
    this.devices = devices;
  }

  @Descriptor("opens an endpoint device and writes a text to it as one message")
  public void echo(
      @Descriptor("seconds to wait for an answer, default 0")
          @Parameter(
              names = {"-w", "--wait"},
              absentValue = "0")
          double wait,
      @Descriptor("name of the device, such as rpmsg0 or /dev/rpmsg0") String device,
      @Descriptor("the text, sent without a closing NUL or newline") String text)
      throws IOException {
    Duration patience = Directory.duration(wait);
    try (EndpointChannel channel = devices.endpoint(device).open()) {
      int sent = channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      System.out.println(device + ": " + sent + " bytes sent");
      new DeviceInput(channel).print(patience, 1);
    }
  }
}
