// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;

/** Finds what users name; what is not there is one line that says what is. */
@Component(service = Directory.class)
public final class Directory {
  private static final int LONGEST_SECONDS = 86_400;

  private final List<RpmsgChannel> channels = new CopyOnWriteArrayList<>();
  private final RpmsgBus bus;

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  private volatile List<TransportInfo> transports = List.of();

  @Activate
  public Directory(@Reference RpmsgBus bus) {
    this.bus = bus;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addChannel(RpmsgChannel channel) {
    channels.add(channel);
  }

  void removeChannel(RpmsgChannel channel) {
    channels.remove(channel);
  }

  RpmsgBus bus() {
    return bus;
  }

  /** All that are configured, by name. */
  List<TransportInfo> transports() {
    return transports.stream().sorted(Comparator.comparing(TransportInfo::name)).toList();
  }

  /** The configured transport of that name. */
  TransportInfo transport(String name) {
    return transports.stream()
        .filter(transport -> transport.name().equals(name))
        .findFirst()
        .orElseThrow(() -> missing("transport", name, names()));
  }

  private List<String> names() {
    return transports().stream().map(TransportInfo::name).toList();
  }

  /** The address space of a transport whose link is up. */
  RpmsgTransport link(String name) {
    RpmsgTransport link = transport(name).transport();
    if (link == null || !link.isOpen()) {
      throw new IllegalArgumentException(name + " is not up: " + transport(name).reason());
    }
    return link;
  }

  /** The first channel of that name with a remote address. */
  RpmsgChannel channel(String name) {
    return channels().stream()
        .filter(channel -> channel.name().equals(name) && channel.dst() != RpmsgAddress.ANY)
        .findFirst()
        .orElseThrow(() -> missing("channel", name, channelNames()));
  }

  /**
   * The channels of all transports as they are now, for their services come and go a little later;
   * then those of the kernel's bus.
   */
  List<RpmsgChannel> channels() {
    Stream<RpmsgChannel> ours = bus.transports().stream().flatMap(t -> t.channels().stream());
    Stream<RpmsgChannel> all = channels.stream().filter(RpmsgChannel::isOpen);
    return Stream.concat(ours, all).distinct().toList();
  }

  private List<String> channelNames() {
    return channels().stream().map(RpmsgChannel::name).distinct().toList();
  }

  /** Reads an address that a user typed. */
  static int address(String text) {
    try {
      return RpmsgAddress.parse(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(text + " is no address: must be as 0x400, 1024 or any");
    }
  }

  /** Reads a time that a user typed. */
  static Duration duration(double seconds) {
    if (!(seconds >= 0 && seconds <= LONGEST_SECONDS)) {
      throw new IllegalArgumentException("SECONDS must be 0 to " + LONGEST_SECONDS);
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  static IllegalArgumentException missing(String what, String name, List<String> there) {
    String known = there.isEmpty() ? "there is none" : "there are " + String.join(", ", there);
    return new IllegalArgumentException(("no " + what + " " + name).strip() + ": " + known);
  }
}
