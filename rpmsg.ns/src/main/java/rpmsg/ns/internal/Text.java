// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

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
            escaped(announcement.name()),
            RpmsgAddress.format(announcement.address()));
  }

  /** The name with every byte that is not printable ASCII, quote and backslash as {@code \x1b}. */
  static String escaped(String name) {
    StringBuilder text = new StringBuilder(name.length());
    for (char c : name.toCharArray()) {
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        text.append("\\x%02x".formatted((int) c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
