// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.EnumSet;
import java.util.Set;

/**
 * How one end of a vhost-user link is.
 *
 * @param frontEnd whether this end has the driver and the memory; it always connects
 * @param connect whether this end connects to a socket, in place of listening at it
 * @param protocol the protocol features that this end offers (back-end) or accepts (front-end)
 */
public record VhostOptions(boolean frontEnd, boolean connect, Set<VhostFeature> protocol) {

  /** A back-end that listens, with what every front-end can do with. */
  public static final VhostOptions DEFAULT =
      new VhostOptions(false, false, EnumSet.of(VhostFeature.REPLY_ACK, VhostFeature.BACKEND_REQ));

  /**
   * Checks that they go together.
   *
   * @throws IllegalArgumentException with one line that says what does not
   */
  public VhostOptions {
    protocol = Set.copyOf(protocol);
    if (frontEnd && !connect) {
      throw new IllegalArgumentException("a vhost-user front-end connects: it cannot listen");
    }
    if (protocol.contains(VhostFeature.INBAND)
        && !protocol.containsAll(Set.of(VhostFeature.REPLY_ACK, VhostFeature.BACKEND_REQ))) {
      throw new IllegalArgumentException("inband needs reply-ack and backend-req");
    }
  }

  /** The same as front-end, which connects. */
  public VhostOptions asFrontEnd() {
    return new VhostOptions(true, true, protocol);
  }

  /** The same, connecting or listening. */
  public VhostOptions withConnect(boolean value) {
    return new VhostOptions(frontEnd, value, protocol);
  }

  /** The same with other protocol features. */
  public VhostOptions withProtocol(Set<VhostFeature> value) {
    return new VhostOptions(frontEnd, connect, value);
  }
}
