// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.spi.NameServiceMessage;

/** Announcements as log lines show them: a name is bytes of a peer, and may hold any of them. */
final class Text {
  private Text() {}

  /** {@code CREATE "rpmsg-client-sample" 0x400}. */
  static String of(NameServiceMessage announcement) {
    return "%s \"%s\" %s"
        .formatted(
            announcement.destroy() ? "DESTROY" : "CREATE",
            ChannelInfo.printable(announcement.name()),
            RpmsgAddress.format(announcement.address()));
  }
}
