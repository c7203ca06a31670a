// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.core.spi.Receiver;

/**
 * The endpoint at 53 of one link, on its receive thread: takes a private copy of the announcement
 * and leaves what it means to the control queue, so that no driver is ever probed here. The
 * message's src is not looked at (LX012) and nothing is answered (LX110).
 */
final class Announcements implements Receiver {
  private final AddressSpace space;
  private final PeerChannels channels;
  private final Logger logger;
  private final Counter malformed = new Counter();

  Announcements(AddressSpace space, PeerChannels channels, Logger logger) {
    this.space = space;
    this.channels = channels;
    this.logger = logger;
  }

  /**
   * {@inheritDoc}
   *
   * <p>False when the control queue is full; a message that is not 40 bytes long is consumed
   * (LX095).
   */
  @Override
  public boolean receive(RpmsgMessage message) {
    if (message.length() != NameServiceMessage.SIZE) {
      countMalformed(message.length());
      return true;
    }
    NameServiceMessage announcement =
        NameServiceMessage.decode(message.toByteArray(), space.order());
    return space.execute(() -> channels.apply(announcement));
  }

  private void countMalformed(int length) {
    if (malformed.add()) {
      logger.warn(
          "{}: malformed ns msg ({}), expected {} bytes; {} so far",
          space.name(),
          length,
          NameServiceMessage.SIZE,
          malformed);
    }
  }

  @Override
  public String toString() {
    return malformed + " malformed";
  }
}
