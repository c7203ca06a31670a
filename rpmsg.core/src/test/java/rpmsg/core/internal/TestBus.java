// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgChannel;

/** A bus whose doings are written down in one list, so that their order can be seen. */
final class TestBus implements AutoCloseable {
  /** What happened: registrations, probes, removes and sends, by all that take part. */
  final List<String> events = new CopyOnWriteArrayList<>();

  /** The channels that are visible as services. */
  final List<RpmsgChannel> services = new CopyOnWriteArrayList<>();

  final List<String> warnings = new CopyOnWriteArrayList<>();
  final Bus bus;

  TestBus() {
    this(Duration.ofSeconds(30));
  }

  /** A bus that gives callbacks this long to end. */
  TestBus(Duration closeBound) {
    bus = new Bus(this::register, new WrittenLog(), closeBound);
  }

  /** Adds a driver with this id table. */
  DriverEntry add(TestDriver driver, String... ids) {
    DriverEntry entry = DriverEntry.of(driver.name, List.of(ids), driver);
    bus.add(entry);
    return entry;
  }

  TestDriver driver(String name) {
    return new TestDriver(name, events);
  }

  List<String> driverNames() {
    return bus.drivers().stream().map(DriverInfo::name).toList();
  }

  @Override
  public void close() {
    bus.close();
  }

  private ChannelRegistry.Entry register(RpmsgChannel channel) {
    services.add(channel);
    events.add("register " + channel.name());
    return new ChannelRegistry.Entry() {
      @Override
      public void update() {
        events.add("update " + channel.name());
      }

      @Override
      public void unregister() {
        services.remove(channel);
        events.add("unregister " + channel.name());
      }
    };
  }

  private final class WrittenLog implements Log {
    @Override
    public void info(String message) {}

    @Override
    public void warn(String message, Throwable cause) {
      warnings.add(message + (cause == null ? "" : ": " + cause));
    }
  }
}
