// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgChannel;

/**
 * Something that a bundle is wanted for.
 *
 * @param alias what the bundle has to declare; a peer chooses what follows the colon
 * @param by who lacks it, printable
 */
public record Wanted(String alias, String by) {
  /** Linux's alias of the name service. */
  private static final String NAME_SERVICE = "rpmsg:rpmsg_ns";

  /** A driver for a channel that none has taken. */
  public static Wanted driver(RpmsgChannel channel) {
    return new Wanted(channel.modalias(), ChannelInfo.printable(channel.deviceName()));
  }

  /** A name service for a transport's link. */
  public static Wanted nameService(String transport) {
    return new Wanted(NAME_SERVICE, transport);
  }

  /** Also true for a channel of that name, which a name service would take as well. */
  boolean isNameService() {
    return alias.equals(NAME_SERVICE);
  }

  @Override
  public String toString() {
    return by + " (" + ChannelInfo.printable(alias) + ")";
  }
}
