// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgException;
import rpmsg.core.internal.autoload.Wanted;

/**
 * The channels of one space, and which drivers they get.
 *
 * <p>A channel exists from the moment that its name and addresses were found to be free. It is
 * shown and offered to drivers a little later, on the control queue, and only there it is removed.
 */
final class Channels {
  private final Space space;
  private final Bus bus;
  private final ControlQueue control;
  private final Log log;
  private final List<Channel> existing = new CopyOnWriteArrayList<>();
  // Shown and not removed yet; changed on the control queue only. Released ones are still in here.
  private final List<Channel> shown = new CopyOnWriteArrayList<>();

  Channels(Space space, Bus bus, ControlQueue control, Log log) {
    this.space = space;
    this.bus = bus;
    this.control = control;
    this.log = log;
  }

  RpmsgChannel create(ChannelInfo info) throws RpmsgException {
    Channel channel = add(info, false);
    control.execute(() -> start(channel));
    return channel;
  }

  void createAnnounced(ChannelInfo info) throws RpmsgException {
    start(add(info, true));
  }

  private Channel add(ChannelInfo info, boolean remote) throws RpmsgException {
    checkSupported();
    synchronized (existing) {
      space.checkOpen();
      for (Channel channel : existing) {
        if (info.finds(channel.info())) {
          throw new RpmsgException(Errno.EEXIST, "channel " + info + " already exists");
        }
      }
      Channel channel = new Channel(space, info, remote);
      existing.add(channel);
      return channel;
    }
  }

  private void start(Channel channel) {
    if (!channel.isOpen()) {
      return;
    }
    log.info(
        space.name() + ": channel " + channel.info() + (channel.isRemote() ? " announced" : ""));
    channel.show(bus.registry());
    shown.add(channel);
    bindFirst(channel);
  }

  void release(ChannelInfo query) throws RpmsgException {
    checkSupported();
    Channel channel = take(query, false);
    control.execute(() -> stop(channel));
  }

  void releaseAnnounced(ChannelInfo query) throws RpmsgException {
    stop(take(query, true));
  }

  private Channel take(ChannelInfo query, boolean onlyRemote) throws RpmsgException {
    synchronized (existing) {
      for (Channel channel : existing) {
        if ((channel.isRemote() || !onlyRemote) && query.finds(channel.info())) {
          existing.remove(channel);
          return channel;
        }
      }
    }
    throw new RpmsgException(Errno.EINVAL, "no channel " + query);
  }

  private void stop(Channel channel) {
    log.info(space.name() + ": channel " + channel.info() + " removed");
    shown.remove(channel);
    channel.remove();
  }

  /** Removes all channels, in order; on the control queue, when no more can be created. */
  void removeAll() {
    Set<Channel> all = new LinkedHashSet<>(shown);
    synchronized (existing) {
      all.addAll(existing);
      existing.clear();
    }
    shown.clear();
    all.forEach(Channel::remove);
  }

  List<RpmsgChannel> all() {
    return new ArrayList<>(existing);
  }

  int announced() {
    return (int) existing.stream().filter(Channel::isRemote).count();
  }

  private void checkSupported() throws RpmsgException {
    if (!space.ops().hasChannels()) {
      throw new RpmsgException(Errno.ENXIO, space.name() + " has no channels to create or release");
    }
  }

  // Drivers

  void match(Channel channel) {
    control.execute(() -> {
      if (shown.contains(channel)) {
        bindFirst(channel);
      }
    });
  }

  void matchAll() {
    control.execute(() -> shown.forEach(this::bindFirst));
  }

  /** Takes a driver off all channels and offers them to the others; false when not done in time. */
  boolean unbind(DriverEntry driver) {
    return control.executeAndWait(() -> shown.forEach(c -> replace(c, driver)), bus.closeBound());
  }

  private void replace(Channel channel, DriverEntry driver) {
    if (channel.isBoundTo(driver)) {
      channel.unbind();
      bindFirst(channel);
    }
  }

  private void bindFirst(Channel channel) {
    for (DriverEntry driver : bus.driverEntries()) {
      if (channel.isBound() || !channel.isOpen()) {
        return;
      }
      // The probe of the driver before may have removed this one
      if (bus.driverEntries().contains(driver) && driver.matches(channel)) {
        channel.bind(driver, driver.dataFor(channel));
      }
    }
    if (!channel.isBound() && channel.isOpen()) {
      bus.want(Wanted.driver(channel));
    }
  }

  /** Shown, and taken by no driver. */
  List<Channel> unbound() {
    return shown.stream().filter(channel -> !channel.isBound() && channel.isOpen()).toList();
  }
}
