// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.ArrayList;
import java.util.List;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;

/** The control device of one link of this container, over the link's control channel. */
final class SoftControlDevice implements ControlDevice {
  private final Devices devices;
  private final RpmsgChannel control;
  private final RpmsgTransport transport;
  private final int number;
  private final Publication publication = new Publication();
  private final List<SoftEndpointDevice> endpoints = new ArrayList<>();
  private boolean gone;

  SoftControlDevice(Devices devices, RpmsgChannel control, RpmsgTransport transport) {
    this.devices = devices;
    this.control = control;
    this.transport = transport;
    number = devices.controls().take();
  }

  void show() {
    publication.begin(() -> devices.registry().show(this));
  }

  @Override
  public String name() {
    return "rpmsg_ctrl" + number;
  }

  @Override
  public String transport() {
    return transport.name();
  }

  @Override
  public EndpointDevice createEndpoint(ChannelInfo info) throws RpmsgException {
    checkNamed(info);
    return add(info).show();
  }

  private SoftEndpointDevice add(ChannelInfo info) throws RpmsgException {
    Tally tally = new Tally();
    Source source = new FreshEndpoint(control, info, devices.settings(), tally);
    synchronized (endpoints) {
      if (gone) {
        throw new RpmsgException(Errno.ENODEV, name() + ": the link is gone");
      }
      endpoints.removeIf(device -> !device.exists());
      SoftEndpointDevice device =
          new SoftEndpointDevice(devices, transport.name(), info, source, tally);
      endpoints.add(device);
      return device;
    }
  }

  @Override
  public void createChannel(ChannelInfo info) throws RpmsgException {
    checkNamed(info);
    try {
      transport.createChannel(info);
    } catch (RpmsgException refused) {
      if (refused.errno() != Errno.EEXIST) {
        throw refused;
      }
      throw new RpmsgException(Errno.ENXIO, "channel " + info + " already exists", refused);
    }
  }

  @Override
  public void releaseChannel(ChannelInfo query) throws RpmsgException {
    if (query.finds(new ChannelInfo(control.name(), control.src(), control.dst()))) {
      throw new RpmsgException(Errno.EINVAL, query + " is the channel of " + name());
    }
    transport.releaseChannel(query);
  }

  private static void checkNamed(ChannelInfo info) throws RpmsgException {
    if (info.name().isEmpty()) {
      throw new RpmsgException(Errno.EINVAL, "the name is empty");
    }
  }

  /** Ends the device and all that it made, once. */
  void end() {
    List<SoftEndpointDevice> below;
    synchronized (endpoints) {
      if (gone) {
        return;
      }
      gone = true;
      below = List.copyOf(endpoints);
      endpoints.clear();
    }
    below.forEach(device -> device.end(Errno.ENETRESET));
    publication.end();
    devices.controls().free(number);
  }

  @Override
  public String toString() {
    return name() + " of " + transport();
  }
}
