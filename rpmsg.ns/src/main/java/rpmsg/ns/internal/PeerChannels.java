// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.util.function.IntSupplier;
import org.osgi.service.log.Logger;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameServiceMessage;

/**
 * What the announcements of one peer mean: creates and releases its channels, on the control queue
 * of the link. Nothing that a peer announces ends in an exception; it is counted, and logged where
 * that cannot flood the log.
 */
final class PeerChannels {
  private final AddressSpace space;
  private final IntSupplier limit;
  private final Logger logger;
  private final String transport;
  private final Counter created = new Counter();
  private final Counter released = new Counter();
  private final Counter known = new Counter();
  private final Counter unknown = new Counter();
  private final Counter refused = new Counter();
  private final Counter failed = new Counter();
  private boolean full;

  PeerChannels(AddressSpace space, IntSupplier limit, Logger logger) {
    this.space = space;
    this.limit = limit;
    this.logger = logger;
    this.transport = space.name();
  }

  /** Does what the peer said; on a link that is going, all channels go anyway. */
  void apply(NameServiceMessage announcement) {
    if (!space.isOpen()) {
      return;
    }
    try {
      if (announcement.destroy()) {
        release(announcement);
      } else {
        create(announcement);
      }
    } catch (RuntimeException e) {
      if (failed.add()) {
        logger.error("{}: {} failed; {} so far", transport, Text.of(announcement), failed, e);
      }
    }
  }

  private void create(NameServiceMessage announcement) {
    if (space.announced() >= limit.getAsInt()) {
      refuse(announcement);
      return;
    }
    full = false;
    try {
      space.createAnnounced(info(announcement));
      created.add();
      logger.debug("{}: {}", transport, Text.of(announcement));
    } catch (RpmsgException e) {
      notCreated(announcement, e);
    }
  }

  /** Said once until there is room again: the peer decides how often this happens (LX112). */
  private void refuse(NameServiceMessage announcement) {
    refused.add();
    if (!full) {
      full = true;
      logger.warn(
          "{}: {} refused: the peer has announced {} channels, allowed are {} (rpmsg.ns,"
              + " maxChannels); more are refused without a word until there is room",
          transport,
          Text.of(announcement),
          space.announced(),
          limit.getAsInt());
    }
  }

  /** A peer that says again what is known does no harm (LX100). */
  private void notCreated(NameServiceMessage announcement, RpmsgException e) {
    if (e.errno() == Errno.EEXIST) {
      known.add();
      logger.debug("{}: {} is known already", transport, Text.of(announcement));
    } else if (failed.add()) {
      logger.warn(
          "{}: {} failed with {}; {} so far", transport, Text.of(announcement), e.errno(), failed);
    }
  }

  private void release(NameServiceMessage announcement) {
    try {
      space.releaseAnnounced(info(announcement));
      released.add();
      logger.debug("{}: {}", transport, Text.of(announcement));
    } catch (RpmsgException e) {
      if (unknown.add()) {
        logger.warn(
            "{}: {} has no effect ({}): the peer has no such channel; {} so far",
            transport,
            Text.of(announcement),
            e.errno(),
            unknown);
      }
    }
  }

  /** The local address is left open; the remote one is what the body says (LX012, LX097). */
  private static ChannelInfo info(NameServiceMessage announcement) {
    return new ChannelInfo(announcement.name(), RpmsgAddress.ANY, announcement.address());
  }

  @Override
  public String toString() {
    return created
        + " created, "
        + released
        + " released, "
        + known
        + " known already, "
        + unknown
        + " unknown, "
        + refused
        + " refused, "
        + failed
        + " failed";
  }
}
