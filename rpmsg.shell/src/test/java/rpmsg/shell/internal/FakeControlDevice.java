// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.util.ArrayList;
import java.util.List;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;

/** A control device that notes what it was asked for. */
public record FakeControlDevice(String name, String transport, List<String> asked)
    implements ControlDevice {
  public FakeControlDevice(String name, String transport) {
    this(name, transport, new ArrayList<>());
  }

  @Override
  public EndpointDevice createEndpoint(ChannelInfo info) {
    asked.add("create " + info);
    return new FakeEndpointDevice("rpmsg7", info);
  }

  @Override
  public void createChannel(ChannelInfo info) {
    asked.add("channel " + info);
  }

  @Override
  public void releaseChannel(ChannelInfo query) {
    asked.add("release " + query);
  }
}
