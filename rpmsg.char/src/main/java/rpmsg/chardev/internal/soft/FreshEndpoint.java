// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.function.Supplier;
import rpmsg.chardev.internal.Port;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/**
 * An endpoint of the control channel's for each opener, closed with it (LX147, LX163, LX164).
 *
 * @param info where the device is to listen and to send
 */
record FreshEndpoint(
    RpmsgChannel control, ChannelInfo info, Supplier<Settings> settings, Tally tally)
    implements Source {
  @Override
  public SoftPort open(Port.Events events) throws RpmsgException {
    MessageQueue queue = new MessageQueue(settings, tally, new Backlog());
    queue.open(events);
    return new SoftPort(endpoint(queue), queue, info.dst(), true, tally, events);
  }

  private RpmsgEndpoint endpoint(MessageQueue queue) throws RpmsgException {
    try {
      return control.createEndpoint(info.src(), queue);
    } catch (RpmsgException refused) {
      Errno errno = refused.errno() == Errno.ENODEV ? Errno.ENETRESET : Errno.EINVAL;
      throw new RpmsgException(errno, info + ": " + refused.getMessage(), refused);
    }
  }

  @Override
  public boolean destroyable() {
    return true;
  }
}
