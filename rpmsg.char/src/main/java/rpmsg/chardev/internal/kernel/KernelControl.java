// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.lang.foreign.Arena;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** A control node of the kernel. */
final class KernelControl implements ControlDevice, Thing {
  /** The kernel's lock of a control node is taken for good when its own channel is released. */
  private static final String OWN_CHANNEL = "rpmsg_ctrl";

  private final Found.Control found;
  private final Nodes nodes;
  private final NewNodes newNodes;
  private final Runnable changed;
  private volatile boolean gone;

  /**
   * @param changed runs when the kernel's bus was changed
   */
  KernelControl(Found.Control found, Nodes nodes, NewNodes newNodes, Runnable changed) {
    this.found = found;
    this.nodes = nodes;
    this.newNodes = newNodes;
    this.changed = changed;
  }

  @Override
  public Found.Control found() {
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
  public EndpointDevice createEndpoint(ChannelInfo info) throws RpmsgException {
    return newNodes.make(found.transport(), info, () -> ioctl(Ioctl.HERE.createEndpoint, info));
  }

  @Override
  public void createChannel(ChannelInfo info) throws RpmsgException {
    ioctl(Ioctl.HERE.createDevice, info);
    changed.run();
  }

  @Override
  public void releaseChannel(ChannelInfo query) throws RpmsgException {
    if (query.name().equals(OWN_CHANNEL)) {
      throw new RpmsgException(Errno.EINVAL, OWN_CHANNEL + " is the control device's own channel");
    }
    ioctl(Ioctl.HERE.releaseDevice, query);
    changed.run();
  }

  private void ioctl(int request, ChannelInfo info) throws RpmsgException {
    if (info.name().isEmpty()) {
      throw new RpmsgException(Errno.EINVAL, "the name is empty");
    }
    if (gone) {
      throw new RpmsgException(Errno.ENODEV, name() + " is gone");
    }
    try (Arena arena = Arena.ofConfined();
        Node node = nodes.open(found.node(), found.key(), found.number())) {
      node.ioctl(request, Ioctl.endpointInfo(info, arena));
    } catch (RpmsgException e) {
      throw new RpmsgException(e.errno(), info + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void gone() {
    gone = true;
  }

  @Override
  public String toString() {
    return name();
  }
}
