// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/** Makes an endpoint device of each channel of certain names, over its default endpoint. */
final class RawDriver implements RpmsgDriver {
  static final String NAME = "rpmsg_chrdev";

  /** The names that Linux's driver takes. */
  static final String[] ID_TABLE = {"rpmsg-raw", "rpmsg_chrdev"};

  private final Map<RpmsgChannel, Bound> bound = new ConcurrentHashMap<>();
  private final Map<String, Backlog> backlogs = new ConcurrentHashMap<>();
  private final Devices devices;

  RawDriver(Devices devices) {
    this.devices = devices;
  }

  /** A channel's queue, and its device from the probe on. */
  private static final class Bound {
    final Tally tally = new Tally();
    final MessageQueue queue;
    volatile SoftEndpointDevice device;

    Bound(Devices devices, Backlog backlog) {
      queue = new MessageQueue(devices.settings(), tally, backlog);
    }

    void end() {
      if (device != null) {
        device.end(Errno.ENETRESET);
      }
    }
  }

  /** What comes before the probe is queued already (LX048). */
  @Override
  public RpmsgListener listener(RpmsgChannel channel) {
    bound.entrySet().removeIf(RawDriver::wasNeverProbed);
    Bound next =
        new Bound(devices, backlogs.computeIfAbsent(channel.transport(), t -> new Backlog()));
    bound.put(channel, next);
    return next.queue;
  }

  /** A channel whose default endpoint could not be made is not heard of again. */
  private static boolean wasNeverProbed(Map.Entry<RpmsgChannel, Bound> entry) {
    return entry.getValue().device == null && !entry.getKey().isOpen();
  }

  @Override
  public void probe(RpmsgChannel channel) throws RpmsgException {
    Bound next = bound.get(channel);
    ChannelInfo info = new ChannelInfo(channel.name(), channel.src(), channel.dst());
    Source source = new DefaultEndpoint(channel, next.queue, next.tally);
    next.device = new SoftEndpointDevice(devices, channel.transport(), info, source, next.tally);
    try {
      next.device.show();
    } catch (RpmsgException stopping) {
      bound.remove(channel);
      throw stopping;
    }
  }

  @Override
  public void remove(RpmsgChannel channel) {
    Bound last = bound.remove(channel);
    if (last != null) {
      last.end();
    }
  }

  /** As {@link ControlDriver#endAll}. */
  void endAll() {
    bound.values().forEach(Bound::end);
  }
}
