// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static rpmsg.core.ChannelInfo.printable;
import static rpmsg.core.RpmsgAddress.format;

import java.util.Comparator;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;

/** {@code rpmsg:ls}. */
@Component(
    service = LsCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=ls"})
public final class LsCommand {
  private final Directory directory;
  private final Devices devices;

  @Activate
  public LsCommand(@Reference Directory directory, @Reference Devices devices) {
    this.directory = directory;
    this.devices = devices;
  }

  @Descriptor("lists transports, channels, endpoints, drivers and devices")
  public void ls() {
    print(transports());
    print(channels());
    print(endpoints());
    print(drivers());
    print(controls());
    print(devices());
  }

  private static void print(Table table) {
    if (!table.isEmpty()) {
      System.out.print(table);
    }
  }

  private Table transports() {
    Table table = new Table("TRANSPORT", "STATE", "MTU", "CHANNELS", "ENDPOINTS", "REASON");
    for (TransportInfo info : directory.transports()) {
      RpmsgTransport link = info.transport();
      table.row(
          info.name(),
          info.state().toString(),
          link == null ? null : mtu(link),
          link == null ? null : Integer.toString(link.channels().size()),
          link == null ? null : Integer.toString(link.endpoints().size()),
          printable(info.reason()));
    }
    return table;
  }

  private static String mtu(RpmsgTransport link) {
    try {
      return Integer.toString(link.mtu());
    } catch (RpmsgException unknown) {
      return null;
    }
  }

  private Table channels() {
    Table table = new Table("CHANNEL", "TRANSPORT", "SRC", "DST", "DRIVER");
    for (RpmsgChannel channel : directory.channels()) {
      table.row(
          printable(channel.name()),
          channel.transport(),
          format(channel.src()),
          format(channel.dst()),
          channel.driver());
    }
    return table;
  }

  private Table endpoints() {
    Table table = new Table("ENDPOINT", "TRANSPORT", "DST");
    for (RpmsgTransport transport : directory.bus().transports()) {
      for (RpmsgEndpoint endpoint : sorted(transport)) {
        table.row(format(endpoint.address()), transport.name(), format(endpoint.destination()));
      }
    }
    return table;
  }

  private static List<RpmsgEndpoint> sorted(RpmsgTransport transport) {
    return transport.endpoints().stream()
        .sorted(Comparator.comparingLong(e -> Integer.toUnsignedLong(e.address())))
        .toList();
  }

  private Table drivers() {
    Table table = new Table("DRIVER");
    directory.bus().drivers().forEach(driver -> table.row(driver.name()));
    return table;
  }

  private Table controls() {
    Table table = new Table("CONTROL", "TRANSPORT");
    for (ControlDevice device : devices.controls()) {
      table.row(device.name(), device.transport());
    }
    return table;
  }

  private Table devices() {
    Table table =
        new Table(
            "DEVICE", "TRANSPORT", "NAME", "SRC", "DST", "RECEIVED", "SENT", "DROPPED", "UNREAD");
    for (EndpointDevice device : devices.endpoints()) {
      ChannelInfo info = device.info();
      EndpointDevice.Counters counters = device.counters();
      table.row(
          device.name(),
          device.transport(),
          printable(info.name()),
          format(info.src()),
          format(info.dst()),
          Long.toString(counters.received()),
          Long.toString(counters.sent()),
          Long.toString(counters.dropped()),
          Long.toString(counters.unread()));
    }
    return table;
  }
}
