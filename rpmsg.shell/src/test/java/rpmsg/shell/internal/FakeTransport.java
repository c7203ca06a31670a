// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;

/** A transport that notes what was announced. */
public class FakeTransport implements RpmsgTransport {
  public final List<String> announced = new ArrayList<>();
  public final List<RpmsgMessage> sent = new ArrayList<>();
  public boolean announces = true;
  public boolean open = true;

  /** Runs within announce, before it returns. */
  public Runnable atAnnounce = () -> {};

  private final List<RpmsgEndpoint> endpoints = new ArrayList<>();
  private final String name;

  public FakeTransport(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int mtu() {
    return FakeEndpoint.MTU;
  }

  @Override
  public RpmsgEndpoint createEndpoint(int src, RpmsgListener listener) {
    int address = src == RpmsgAddress.ANY ? RpmsgAddress.FIRST_DYNAMIC + endpoints.size() : src;
    RpmsgEndpoint endpoint = new FakeEndpoint(address, RpmsgAddress.ANY, listener, sent::add);
    endpoints.add(endpoint);
    return endpoint;
  }

  @Override
  public RpmsgEndpoint announce(String name, int src, RpmsgListener listener)
      throws RpmsgException {
    if (!announces) {
      throw new RpmsgException(Errno.EOPNOTSUPP, "no name service");
    }
    RpmsgEndpoint endpoint = createEndpoint(src, listener);
    announced.add(name);
    atAnnounce.run();
    return endpoint;
  }

  @Override
  public RpmsgChannel createChannel(ChannelInfo info) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void releaseChannel(ChannelInfo query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Collection<RpmsgChannel> channels() {
    return List.of();
  }

  @Override
  public Collection<RpmsgEndpoint> endpoints() {
    return List.copyOf(endpoints);
  }

  /** The endpoint that was created first, second and so on. */
  public FakeEndpoint endpoint(int index) {
    return (FakeEndpoint) endpoints.get(index);
  }

  @Override
  public boolean isOpen() {
    return open;
  }
}
