// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.osgi.service.log.Logger;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.internal.OpenEndpoint;
import rpmsg.chardev.internal.Port;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** An endpoint node of the kernel. That it is opened once at a time is the kernel's affair. */
final class KernelDevice implements EndpointDevice, Thing {
  private final Found.Endpoint found;
  private final Nodes nodes;
  private final PollThread polls;
  private final Consumer<KernelDevice> onDestroyed;
  private final Logger log;
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final AtomicReference<KernelPort> port = new AtomicReference<>();
  private final AtomicReference<OpenEndpoint> opened = new AtomicReference<>();
  private final ReentrantLock destroying = new ReentrantLock();
  private volatile boolean destroyed;
  private volatile boolean gone;
  private volatile boolean stopped;

  /**
   * @param onDestroyed runs once, when it was destroyed through this object
   */
  KernelDevice(
      Found.Endpoint found,
      Nodes nodes,
      PollThread polls,
      Consumer<KernelDevice> onDestroyed,
      Logger log) {
    this.found = found;
    this.nodes = nodes;
    this.polls = polls;
    this.onDestroyed = onDestroyed;
    this.log = log;
  }

  @Override
  public Found.Endpoint found() {
    return found;
  }

  @Override
  public String name() {
    return nodes.path(found.node()).toString();
  }

  @Override
  public String transport() {
    return found.transport();
  }

  @Override
  public ChannelInfo info() {
    return found.info();
  }

  @Override
  public EndpointChannel open() throws RpmsgException {
    OpenEndpoint channel = OpenEndpoint.open(this::openPort, this::closed, log);
    opened.set(channel);
    if (stopped) {
      channel.close();
      throw new RpmsgException(Errno.ENETRESET, name() + " is not looked after any more");
    }
    return channel;
  }

  private Port openPort(Port.Events events) throws RpmsgException {
    KernelPort opening =
        new KernelPort(openNode(), found.info().src(), polls, events, received, sent);
    port.set(opening);
    return opening;
  }

  private Node openNode() throws RpmsgException {
    if (destroyed) {
      throw new RpmsgException(Errno.EPIPE, name() + " was destroyed");
    }
    if (gone) {
      throw new RpmsgException(Errno.ENETRESET, name() + " is gone");
    }
    return nodes.open(found.node(), found.key(), found.number());
  }

  private void closed() {
    // The next opener may be there already: what is his stays
    port.getAndUpdate(p -> p != null && p.isClosed() ? null : p);
    opened.getAndUpdate(c -> c != null && !c.isOpen() ? null : c);
  }

  @Override
  public void destroy() throws RpmsgException {
    if (destroyOnce()) {
      onDestroyed.accept(this);
    }
  }

  private boolean destroyOnce() throws RpmsgException {
    destroying.lock();
    try {
      if (!exists()) {
        return false;
      }
      destroyNow();
      destroyed = true;
      return true;
    } finally {
      destroying.unlock();
    }
  }

  private void destroyNow() throws RpmsgException {
    KernelPort open = port.get();
    if (open != null && !open.isClosed()) {
      open.destroy();
    } else {
      try (Node node = openNode()) {
        node.ioctl(Ioctl.HERE.destroyEndpoint, 0);
      }
    }
  }

  @Override
  public boolean exists() {
    return !destroyed && !gone;
  }

  @Override
  public Counters counters() {
    return new Counters(received.sum(), sent.sum(), 0, 0);
  }

  /** The kernel has told whoever has it open. */
  @Override
  public void gone() {
    gone = true;
  }

  @Override
  public void stop() {
    stopped = true;
    OpenEndpoint channel = opened.get();
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
