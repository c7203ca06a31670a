// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.internal.autoload.Wanted;
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
  private volatile Consumer<Wanted> loader = wanted -> {};

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
  public List<DriverInfo> drivers() {
    return drivers.stream().map(DriverEntry::info).toList();
  }

  @Override
  public AddressSpace open(TransportOps ops) {
    Space space = new Space(this, ops, log);
    if (spaces.putIfAbsent(ops.name(), space) != null) {
      throw new IllegalArgumentException("transport " + ops.name() + " is open already");
    }
    if (lacksNameService(space)) {
      want(Wanted.nameService(space.name()));
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

  /**
   * Who is told, from now on, of each channel that no driver takes and of each link that has no
   * name service yet. It is called on control queues and by transports, and has to be quick.
   */
  public void loader(Consumer<Wanted> loader) {
    this.loader = loader;
  }

  /** What is wanted now: a copy. */
  public List<Wanted> wanted() {
    List<Wanted> all = new ArrayList<>();
    for (Space space : spaces.values()) {
      if (lacksNameService(space)) {
        all.add(Wanted.nameService(space.name()));
      }
      space.unbound().forEach(channel -> all.add(Wanted.driver(channel)));
    }
    return all;
  }

  void want(Wanted wanted) {
    loader.accept(wanted);
  }

  private static boolean lacksNameService(Space space) {
    return space.announces() && !space.bound(RpmsgAddress.NAME_SERVICE);
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
