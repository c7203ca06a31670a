// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** An endpoint device of the transport virtio0, for one opener after another. */
public class FakeEndpointDevice implements EndpointDevice {
  public final FakeEndpointChannel channel = new FakeEndpointChannel();
  public boolean busy;
  private final String name;
  private final ChannelInfo info;
  private boolean exists = true;

  public FakeEndpointDevice(String name, ChannelInfo info) {
    this.name = name;
    this.info = info;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String transport() {
    return "virtio0";
  }

  @Override
  public ChannelInfo info() {
    return info;
  }

  @Override
  public EndpointChannel open() throws RpmsgException {
    if (busy) {
      throw new RpmsgException(Errno.EBUSY, name + " is open");
    }
    return channel;
  }

  @Override
  public void destroy() {
    exists = false;
  }

  @Override
  public boolean exists() {
    return exists;
  }

  @Override
  public Counters counters() {
    return new Counters(1, 2, 3, 4);
  }
}
