// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import rpmsg.chardev.internal.Port;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;

/**
 * A channel's default endpoint, the same for each opener (LX173).
 *
 * @param queue the endpoint's listener
 * @param dst the channel's remote address
 */
record DefaultEndpoint(RpmsgEndpoint endpoint, MessageQueue queue, int dst, Tally tally)
    implements Source {
  DefaultEndpoint(RpmsgChannel channel, MessageQueue queue, Tally tally) {
    this(channel.endpoint(), queue, channel.dst(), tally);
  }

  @Override
  public SoftPort open(Port.Events events) {
    queue.open(events);
    return new SoftPort(endpoint, queue, dst, false, tally, events);
  }

  @Override
  public boolean destroyable() {
    return false;
  }
}
