// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/**
 * A channel, its endpoints and the driver that is bound to it. State changes on the control queue.
 */
final class Channel implements RpmsgChannel {
  private final Space space;
  private final String name;
  private final int dst;
  private final String deviceName;
  private final boolean announce;
  private final boolean remote;
  private final List<Endpoint> endpoints = new CopyOnWriteArrayList<>();
  private volatile int src;
  private volatile Endpoint endpoint;
  private volatile BoundDriver bound;
  private volatile RpmsgException failure;
  private volatile String driverOverride;
  private volatile boolean open = true;
  private ChannelRegistry.Entry entry;

  Channel(Space space, ChannelInfo info, boolean remote) {
    this.space = space;
    this.name = info.name();
    this.src = info.src();
    this.dst = info.dst();
    this.remote = remote;
    this.announce = src != RpmsgAddress.ANY;
    this.deviceName = space.name() + "." + name + "." + src + "." + dst;
  }

  /** A driver with what its id table says for this channel. */
  record BoundDriver(DriverEntry driver, String data) {}

  ChannelInfo info() {
    return new ChannelInfo(name, src, dst);
  }

  boolean isRemote() {
    return remote;
  }

  void show(ChannelRegistry registry) {
    entry = registry.register(this);
  }

  /**
   * Probes one driver: default endpoint, probe, announcement (LX046 to LX053). A failure undoes all
   * of it but the address (LX055).
   */
  void bind(DriverEntry driver, String data) {
    BoundDriver attempt = new BoundDriver(driver, data);
    bound = attempt;
    RpmsgException refused = probe(attempt);
    if (bound != attempt) {
      // The probe had its own driver removed, which has unbound it
      return;
    }
    failure = refused;
    if (refused != null) {
      dropDefaultEndpoint();
      bound = null;
      space.log().warn("driver " + driver.name() + " did not bind to " + deviceName, refused);
    }
  }

  private RpmsgException probe(BoundDriver attempt) {
    RpmsgDriver driver = attempt.driver().driver();
    try {
      createDefaultEndpoint(driver.listener(this));
      driver.probe(this);
      if (bound == attempt) {
        announceDefaultEndpoint(attempt.driver());
      }
      return null;
    } catch (RpmsgException refused) {
      return refused;
    } catch (Throwable failed) {
      return new RpmsgException(Errno.EIO, "probe failed: " + failed, failed);
    }
  }

  private void createDefaultEndpoint(RpmsgListener listener) throws RpmsgException {
    if (listener == null) {
      return;
    }
    try {
      endpoint = space.newEndpoint(src, dst, listener);
    } catch (RpmsgException cause) {
      throw new RpmsgException(
          Errno.ENOMEM, "failed to create endpoint: " + cause.getMessage(), cause);
    }
    if (src != endpoint.address()) {
      src = endpoint.address();
      entry.update();
    }
  }

  private void announceDefaultEndpoint(DriverEntry driver) throws RpmsgException {
    if (!announce || endpoint == null || !endpoint.isOpen() || !space.announces()) {
      return;
    }
    try {
      space.announce(endpoint, name);
    } catch (RpmsgException | RuntimeException failed) {
      removeDriver(driver);
      throw failed;
    }
  }

  /** NS DESTROY, then the driver's remove, then the endpoint (LX054). */
  void unbind() {
    BoundDriver driver = bound;
    if (driver == null) {
      return;
    }
    if (endpoint != null) {
      endpoint.withdraw();
    }
    removeDriver(driver.driver());
    dropDefaultEndpoint();
    bound = null;
  }

  private void removeDriver(DriverEntry driver) {
    try {
      driver.driver().remove(this);
    } catch (Throwable failed) {
      space.log().warn("driver " + driver.name() + " failed to remove " + deviceName, failed);
    }
  }

  private void dropDefaultEndpoint() {
    if (endpoint != null) {
      endpoint.closeByBus();
      endpoint = null;
    }
  }

  /** The channel goes: the peer is told, users lose the service, then driver and endpoints go. */
  void remove() {
    if (!open) {
      return;
    }
    open = false;
    if (endpoint != null) {
      endpoint.withdraw();
    }
    if (entry != null) {
      entry.unregister();
    }
    unbind();
    endpoints.forEach(Endpoint::closeByBus);
    endpoints.clear();
  }

  boolean isBoundTo(DriverEntry driver) {
    return bound != null && bound.driver() == driver;
  }

  boolean isBound() {
    return bound != null;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int src() {
    return src;
  }

  @Override
  public int dst() {
    return dst;
  }

  @Override
  public String transport() {
    return space.name();
  }

  @Override
  public String deviceName() {
    return deviceName;
  }

  @Override
  public boolean announce() {
    return announce;
  }

  @Override
  public RpmsgEndpoint endpoint() {
    return endpoint;
  }

  @Override
  public String driver() {
    BoundDriver driver = bound;
    return driver == null ? null : driver.driver().name();
  }

  @Override
  public String driverData() {
    BoundDriver driver = bound;
    return driver == null ? null : driver.data();
  }

  @Override
  public RpmsgException failure() {
    return failure;
  }

  @Override
  public void setDriverOverride(String driver) {
    driverOverride = driver;
    space.match(this);
  }

  @Override
  public String driverOverride() {
    return driverOverride;
  }

  @Override
  public RpmsgEndpoint createEndpoint(int address, RpmsgListener listener) throws RpmsgException {
    checkOpen();
    Endpoint created = space.newEndpoint(address, dst, listener);
    endpoints.removeIf(e -> !e.isOpen());
    endpoints.add(created);
    if (!open) {
      created.close();
      checkOpen();
    }
    return created;
  }

  private void checkOpen() throws RpmsgException {
    if (!open) {
      throw new RpmsgException(Errno.ENODEV, "channel " + deviceName + " is gone");
    }
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public String toString() {
    return deviceName;
  }
}
