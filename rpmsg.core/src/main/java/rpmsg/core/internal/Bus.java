// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** The bus without OSGi: address spaces on one side, drivers on the other. */
public final class Bus implements RpmsgBus {
  /** How long callbacks of others may take when something of theirs is closed. */
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(30);

  private final Map<String, Space> spaces = new ConcurrentHashMap<>();
  private final List<DriverEntry> drivers = new CopyOnWriteArrayList<>();
  private final ChannelRegistry registry;
  private final Log log;
  private final Duration closeBound;

  public Bus(ChannelRegistry registry, Log log) {
    this(registry, log, CLOSE_BOUND);
  }

  Bus(ChannelRegistry registry, Log log, Duration closeBound) {
    this.registry = registry;
    this.log = log;
    this.closeBound = closeBound;
  }

  @Override
  public Collection<RpmsgTransport> transports() {
    return new ArrayList<>(spaces.values());
  }

  @Override
  public List<String> drivers() {
    return drivers.stream().map(DriverEntry::name).toList();
  }

  @Override
  public AddressSpace open(TransportOps ops) {
    Space space = new Space(this, ops, log);
    if (spaces.putIfAbsent(ops.name(), space) != null) {
      throw new IllegalArgumentException("transport " + ops.name() + " is open already");
    }
    return space;
  }

  /** Adds a driver and offers it every channel that is not bound. */
  public void add(DriverEntry driver) {
    drivers.add(driver);
    spaces.values().forEach(Space::matchAll);
  }

  /**
   * Removes a driver; when this returns it is bound nowhere, unless a callback of it does not end
   * within 30 seconds. Its channels are offered to the other drivers.
   */
  public void remove(DriverEntry driver) {
    drivers.remove(driver);
    spaces.values().forEach(space -> space.unbind(driver));
  }

  /** Closes all address spaces. */
  public void close() {
    spaces.values().forEach(Space::close);
  }

  void closed(Space space) {
    spaces.remove(space.name(), space);
  }

  Duration closeBound() {
    return closeBound;
  }

  ChannelRegistry registry() {
    return registry;
  }

  List<DriverEntry> driverEntries() {
    return drivers;
  }
}
