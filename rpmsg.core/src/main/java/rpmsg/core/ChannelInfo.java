// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/**
 * What identifies a channel: its name and two addresses, from the local point of view.
 *
 * @param name at most 31 bytes without NUL, one char a byte (ISO 8859-1); longer ones are an
 *     IllegalArgumentException
 * @param src local address, or {@link RpmsgAddress#ANY}
 * @param dst remote address, or {@link RpmsgAddress#ANY}
 */
public record ChannelInfo(String name, int src, int dst) {
  /** Bytes of the name field on the wire, the closing NUL included (LX006). */
  public static final int NAME_SIZE = 32;

  public ChannelInfo {
    if (name.length() >= NAME_SIZE || name.chars().anyMatch(c -> c == 0 || c > 0xFF)) {
      throw new IllegalArgumentException(
          "channel name must be at most 31 bytes without NUL, is " + name.length() + ": " + name);
    }
  }

  /**
   * Whether this, taken as a query, finds {@code other}: the names are equal, and each address is
   * equal or ANY in the query (LX062 to LX067).
   */
  public boolean finds(ChannelInfo other) {
    return name.equals(other.name)
        && (src == RpmsgAddress.ANY || src == other.src)
        && (dst == RpmsgAddress.ANY || dst == other.dst);
  }

  /**
   * A text of the peer for people: {@code \\x1b} in place of everything that is not printable
   * ASCII, so that a terminal or a log is not told what to do.
   */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    for (char c : text.toCharArray()) {
      safe.append(c >= ' ' && c <= '~' ? String.valueOf(c) : "\\x%02x".formatted((int) c));
    }
    return safe.toString();
  }

  @Override
  public String toString() {
    return printable(name) + ":" + RpmsgAddress.format(src) + ":" + RpmsgAddress.format(dst);
  }
}
