// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Text that is safe to show: names and payloads are the peer's, a terminal obeys control bytes. */
public final class Text {
  private static final int SHOWN_BYTES = 64;

  private Text() {}

  /** The text with {@code \xNN} for everything that is not printable ASCII. */
  public static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.chars().forEach(c -> append(safe, c));
    return safe.toString();
  }

  private static void append(StringBuilder safe, int c) {
    if (isPrintable(c)) {
      safe.append((char) c);
    } else {
      safe.append("\\x").append(HexFormat.of().toHexDigits(c, c > 0xFF ? 4 : 2));
    }
  }

  /** A payload in quotes when it is text, in hexadecimal otherwise, and not without end. */
  public static String payload(byte[] bytes) {
    int shown = Math.min(bytes.length, SHOWN_BYTES);
    String more = shown < bytes.length ? " ..." : "";
    for (byte b : bytes) {
      if (!isPrintable(b)) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes, 0, shown) + more;
      }
    }
    return '"' + new String(bytes, 0, shown, StandardCharsets.US_ASCII) + '"' + more;
  }

  private static boolean isPrintable(int c) {
    return c >= ' ' && c <= '~';
  }
}
