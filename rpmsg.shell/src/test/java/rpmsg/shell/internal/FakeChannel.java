// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/** A channel at remote address 0x400 whose peer is a function of the test. */
public class FakeChannel implements RpmsgChannel {
  public static final int DST = 0x400;

  private final String name;
  private final int dst;
  private final FakeEndpoint.Peer peer;
  private volatile FakeEndpoint created;

  public FakeChannel(String name, int dst, FakeEndpoint.Peer peer) {
    this.name = name;
    this.dst = dst;
    this.peer = peer;
  }

  /** The endpoint that was created last. */
  public FakeEndpoint created() {
    return created;
  }

  /** Runs when an endpoint was created. */
  protected void onCreated(FakeEndpoint endpoint) {}

  @Override
  public RpmsgEndpoint createEndpoint(int src, RpmsgListener listener) throws RpmsgException {
    created = new FakeEndpoint(RpmsgAddress.FIRST_DYNAMIC, dst, listener, peer);
    onCreated(created);
    return created;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int src() {
    return RpmsgAddress.ANY;
  }

  @Override
  public int dst() {
    return dst;
  }

  @Override
  public String transport() {
    return "virtio0";
  }

  @Override
  public String deviceName() {
    return "virtio0." + name + ".-1." + dst;
  }

  @Override
  public boolean announce() {
    return false;
  }

  @Override
  public RpmsgEndpoint endpoint() {
    return null;
  }

  @Override
  public String driver() {
    return null;
  }

  @Override
  public String driverData() {
    return null;
  }

  @Override
  public RpmsgException failure() {
    return null;
  }

  @Override
  public void setDriverOverride(String driver) {}

  @Override
  public String driverOverride() {
    return null;
  }

  @Override
  public boolean isOpen() {
    return true;
  }
}
