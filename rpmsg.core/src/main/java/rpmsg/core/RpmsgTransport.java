// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.util.Collection;

/**
 * What carries the messages of one remote processor, and its address space. As an OSGi service it
 * is there while the transport is ready: the name service is bound at 53 and the peer is up. The
 * properties are {@link RpmsgChannel#TRANSPORT} and those of the transport's kind.
 */
public interface RpmsgTransport {
  /** The transport's name, such as {@code virtio0}. */
  String name();

  /** Largest payload in bytes, or ENOTSUPP. */
  int mtu() throws RpmsgException;

  /**
   * An endpoint that belongs to no channel; its destination is ANY.
   *
   * @param src local address, or ANY
   * @throws RpmsgException as {@link RpmsgChannel#createEndpoint}
   */
  RpmsgEndpoint createEndpoint(int src, RpmsgListener listener) throws RpmsgException;

  /**
   * An endpoint that the peer is told of: NS CREATE is sent now, NS DESTROY when it is closed.
   *
   * @param src local address, or ANY for the lowest free one from 1024 on
   * @throws RpmsgException as {@link RpmsgChannel#createEndpoint}; EOPNOTSUPP when the peer has no
   *     name service
   */
  RpmsgEndpoint announce(String name, int src, RpmsgListener listener) throws RpmsgException;

  /**
   * Creates a channel by hand, as Linux's RPMSG_CREATE_DEV_IOCTL does; drivers bind to it.
   *
   * @throws RpmsgException EEXIST when one is there already (LX062), ENODEV when the link is gone
   */
  RpmsgChannel createChannel(ChannelInfo info) throws RpmsgException;

  /**
   * Removes the first channel that {@code query} finds (LX067).
   *
   * @throws RpmsgException EINVAL when there is none (LX066)
   */
  void releaseChannel(ChannelInfo query) throws RpmsgException;

  /** The channels, in order of creation: a copy. */
  Collection<RpmsgChannel> channels();

  /** The endpoints, in no order: a copy. */
  Collection<RpmsgEndpoint> endpoints();

  /** False once the link of this address space went down; a new link brings a new transport. */
  boolean isOpen();
}
