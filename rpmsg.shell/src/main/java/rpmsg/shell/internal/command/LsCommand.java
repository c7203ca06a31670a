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

  @Activate
  public LsCommand(@Reference Directory directory) {
    this.directory = directory;
  }

  @Descriptor("lists transports, channels, endpoints and drivers")
  public void ls() {
    print(transports());
    print(channels());
    print(endpoints());
    print(drivers());
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
}
