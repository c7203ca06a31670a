// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev;

import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgException;

/**
 * What {@code /dev/rpmsgN} is in Linux: an endpoint that is opened, read, written and closed
 * (linux-rpmsg E.3, E.4). An OSGi service from creation to {@link #destroy()}, or to the end of its
 * channel or link, with the properties {@link ControlDevice#NAME} and of {@link
 * rpmsg.core.RpmsgChannel} NAME, SRC, DST and TRANSPORT: the addresses that were asked for, not the
 * one that an opener was given. Any thread.
 *
 * <p>A channel {@code rpmsg-raw} or {@code rpmsg_chrdev} has a device by itself, over the channel's
 * default endpoint: its address stays the same from one opener to the next (LX173).
 */
public interface EndpointDevice {
  /** {@code rpmsgN}, or the path of the kernel's node. */
  String name();

  /** The name of the transport; of a kernel's node that of the device it hangs on. */
  String transport();

  /**
   * Name and addresses as they were asked for; ANY is what Linux's attributes show as -1 (LX175).
   */
  ChannelInfo info();

  /**
   * Opens the device, for one at a time. What an earlier opener left unread is not there any more
   * (LX163). What came to a channel's default endpoint before the first opener is; what comes
   * between two openers is thrown away, unless the configuration {@code rpmsg.chardev} says {@code
   * keepWhileClosed} (LX174).
   *
   * @throws RpmsgException EBUSY when it is open (LX148); EINVAL when its local address is taken by
   *     somebody else, or can only be a remote one (LX149); ENETRESET when channel or link are gone
   *     (LX150); EPIPE when it was destroyed; for a kernel's node also EACCES, EPERM, ENOENT, and
   *     ENOTTY when the node is not an RPMsg endpoint device
   */
  EndpointChannel open() throws RpmsgException;

  /**
   * RPMSG_DESTROY_EPT_IOCTL: the device goes, and whoever waits in it gets EPIPE (LX155). Works
   * from any thread, listeners included. A second time it does nothing (LX166).
   *
   * @throws RpmsgException EINVAL for the device of a channel's default endpoint (LX165)
   */
  void destroy() throws RpmsgException;

  /** False once it was destroyed, or its channel or link went. */
  boolean exists();

  /** What became of its messages since creation. */
  Counters counters();

  /**
   * @param received messages that were queued for an opener; of a kernel's node those that were
   *     read
   * @param sent messages that were written
   * @param dropped messages that found the queue full; the newest is dropped (LX176). The kernel
   *     does not tell: 0 there
   * @param unread messages that nobody will read: what was queued when an opener closed, and what
   *     came to a channel's default endpoint between two openers
   */
  record Counters(long received, long sent, long dropped, long unread) {}
}
