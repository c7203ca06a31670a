// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Text that is safe to show: names and payloads are the peer's, a terminal obeys control bytes. */
public final class Text {
  private static final int SHOWN_BYTES = 64;

  private Text() {}

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
