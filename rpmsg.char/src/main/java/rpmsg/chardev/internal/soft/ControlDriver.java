// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;

/**
 * Makes a control device of each control channel. It has no id table: a transport names it as the
 * override of the channel that it makes, so that a channel which a peer calls so is not one.
 */
final class ControlDriver implements RpmsgDriver {
  /** Name of the driver and of its channels. */
  static final String NAME = "rpmsg_ctrl";

  private final Map<RpmsgChannel, SoftControlDevice> bound = new ConcurrentHashMap<>();
  private final Devices devices;
  private final RpmsgBus bus;

  ControlDriver(Devices devices, RpmsgBus bus) {
    this.devices = devices;
    this.bus = bus;
  }

  @Override
  public void probe(RpmsgChannel channel) throws RpmsgException {
    SoftControlDevice device = new SoftControlDevice(devices, channel, transportOf(channel));
    bound.put(channel, device);
    try {
      device.show();
    } catch (IllegalStateException stopping) {
      remove(channel);
      throw new RpmsgException(Errno.ENODEV, "the devices are being stopped", stopping);
    }
  }

  private RpmsgTransport transportOf(RpmsgChannel channel) throws RpmsgException {
    return bus.transports().stream()
        .filter(transport -> transport.name().equals(channel.transport()))
        .findFirst()
        .orElseThrow(() -> new RpmsgException(Errno.ENODEV, channel.transport() + " is gone"));
  }

  @Override
  public void remove(RpmsgChannel channel) {
    SoftControlDevice device = bound.remove(channel);
    if (device != null) {
      device.end();
    }
  }

  /** Ends all devices, so that whoever waits in one no longer keeps a channel from going. */
  void endAll() {
    bound.values().forEach(SoftControlDevice::end);
  }
}
