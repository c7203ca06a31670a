// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev;

import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgException;

/**
 * What {@code /dev/rpmsg_ctrlN} is in Linux: makes endpoint devices and channels of one transport
 * (linux-rpmsg E.2). An OSGi service for as long as the transport's link is up, with the properties
 * {@link #NAME} and {@link rpmsg.core.RpmsgChannel#TRANSPORT}. Any number of users, any thread.
 */
public interface ControlDevice {
  /**
   * Service property, String, of control and endpoint devices: {@link #name()}. {@code rpmsg_ctrl0}
   * and {@code rpmsg0} are devices of this container, each kind counted by itself (LX144); {@code
   * /dev/rpmsg_ctrl0} and {@code /dev/rpmsg0} are nodes of the Linux kernel below it.
   */
  String NAME = "rpmsg.node";

  /** {@code rpmsg_ctrlN}, or the path of the kernel's node. */
  String name();

  /** The name of the transport; of a kernel's node that of the device it hangs on. */
  String transport();

  /**
   * RPMSG_CREATE_EPT_IOCTL: makes an endpoint device. It has no endpoint yet: an address is taken
   * when it is opened (LX147), and only then found to be impossible. There is no check for
   * duplicates.
   *
   * @param info name, local address or ANY, remote address or ANY (then only reading works)
   * @return the device, which is an OSGi service by then
   * @throws RpmsgException EINVAL for an empty name; ENODEV when the link is gone; for a kernel's
   *     node also EACCES, EPERM, ENOENT, ETIMEDOUT when the new node did not appear in time
   */
  EndpointDevice createEndpoint(ChannelInfo info) throws RpmsgException;

  /**
   * RPMSG_CREATE_DEV_IOCTL: creates a channel, to which drivers bind. With a fixed local address
   * and a driver that listens, the peer is told of it (LX172).
   *
   * @throws RpmsgException EINVAL for an empty name; ENXIO when there is such a channel (LX170), or
   *     where the transport has no channels to create; ENODEV when the link is gone
   */
  void createChannel(ChannelInfo info) throws RpmsgException;

  /**
   * RPMSG_RELEASE_DEV_IOCTL: removes the first channel that {@code query} finds, whoever made it.
   *
   * @throws RpmsgException EINVAL when there is none (LX171), or for the control device's own
   *     channel, {@code rpmsg_ctrl}; ENXIO where the transport has none to release
   */
  void releaseChannel(ChannelInfo query) throws RpmsgException;
}
