// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.internal.OpenEndpoint;
import rpmsg.chardev.internal.Port;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** An endpoint device of this container. */
final class SoftEndpointDevice implements EndpointDevice {
  private final Devices devices;
  private final int number;
  private final String transport;
  private final ChannelInfo info;
  private final Source source;
  private final Tally tally;
  private final Publication publication = new Publication();
  private boolean busy;
  private SoftPort port;

  /** What {@link #open} says since the device went; null while it is there. */
  private Errno gone;

  SoftEndpointDevice(
      Devices devices, String transport, ChannelInfo info, Source source, Tally tally) {
    this.devices = devices;
    this.transport = transport;
    this.info = info;
    this.source = source;
    this.tally = tally;
    number = devices.endpoints().take();
  }

  /** Shows it to others; ENODEV when the bundle is stopping. */
  SoftEndpointDevice show() throws RpmsgException {
    try {
      publication.begin(() -> devices.registry().show(this));
      return this;
    } catch (IllegalStateException stopping) {
      end(Errno.ENETRESET);
      throw new RpmsgException(Errno.ENODEV, "the devices are being stopped", stopping);
    }
  }

  @Override
  public String name() {
    return "rpmsg" + number;
  }

  @Override
  public String transport() {
    return transport;
  }

  @Override
  public ChannelInfo info() {
    return info;
  }

  @Override
  public EndpointChannel open() throws RpmsgException {
    begin();
    boolean opened = false;
    try {
      EndpointChannel channel = OpenEndpoint.open(this::openPort, this::closed, devices.log());
      opened = true;
      return channel;
    } finally {
      if (!opened) {
        closed();
      }
    }
  }

  private synchronized void begin() throws RpmsgException {
    checkThere();
    if (busy) {
      throw new RpmsgException(Errno.EBUSY, name() + " is open");
    }
    busy = true;
  }

  private SoftPort openPort(Port.Events events) throws RpmsgException {
    SoftPort opened = source.open(events);
    synchronized (this) {
      if (gone == null) {
        port = opened;
        return opened;
      }
    }
    opened.close();
    throw wentAway();
  }

  private synchronized void closed() {
    port = null;
    busy = false;
  }

  @Override
  public void destroy() throws RpmsgException {
    if (!source.destroyable()) {
      throw new RpmsgException(Errno.EINVAL, name() + " goes with its channel");
    }
    end(Errno.EPIPE);
  }

  /** Ends the device, once: who waits in it is woken, then nobody finds it any more. */
  void end(Errno reason) {
    SoftPort open;
    synchronized (this) {
      if (gone != null) {
        return;
      }
      gone = reason;
      open = port;
    }
    try {
      if (open != null) {
        open.end();
      }
    } finally {
      publication.end();
      devices.endpoints().free(number);
    }
  }

  private void checkThere() throws RpmsgException {
    if (gone != null) {
      throw wentAway();
    }
  }

  private synchronized RpmsgException wentAway() {
    String what = gone == Errno.EPIPE ? " was destroyed" : "'s channel or link is gone";
    return new RpmsgException(gone, name() + what);
  }

  @Override
  public synchronized boolean exists() {
    return gone == null;
  }

  @Override
  public Counters counters() {
    return tally.counters();
  }

  @Override
  public String toString() {
    return name() + " " + info;
  }
}
