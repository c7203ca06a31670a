// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.io.IOException;
import java.time.Duration;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.chardev.EndpointChannel;
import rpmsg.core.RpmsgAddress;

/** {@code rpmsg:cat}. */
@Component(
    service = CatCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=cat"})
public final class CatCommand {
  private final Devices devices;

  @Activate
  public CatCommand(@Reference Devices devices) {
    this.devices = devices;
  }

  @Descriptor("opens an endpoint device and shows the messages that come to it")
  public void cat(
      @Descriptor("end after so many messages")
          @Parameter(
              names = {"-n", "--count"},
              absentValue = "2147483647")
          int count,
      @Descriptor("end after so many seconds, default 10")
          @Parameter(
              names = {"-t", "--time"},
              absentValue = "10")
          double seconds,
      @Descriptor("name of the device, such as rpmsg0 or /dev/rpmsg0") String device)
      throws IOException {
    if (count < 1) {
      throw new IllegalArgumentException("COUNT must be at least 1");
    }
    Duration time = Directory.duration(seconds);
    try (EndpointChannel channel = devices.endpoint(device).open()) {
      System.out.println("reading %s%s for %s s".formatted(device, place(channel), seconds));
      new DeviceInput(channel).print(time, count);
    }
  }

  private static String place(EndpointChannel channel) {
    int address = channel.address();
    return address == RpmsgAddress.ANY ? "" : " at " + RpmsgAddress.format(address);
  }
}
