// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

import java.nio.charset.StandardCharsets;

/** What a channel name may be: 1 to 31 bytes, one char a byte. */
public final class Names {
  private static final int LONGEST = 31;

  private Names() {}

  /** The name, if it is one; {@code option} is what the user gave it to. */
  public static String check(String option, String name) throws UsageException {
    if (name.isEmpty()) {
      throw new UsageException(option + ": the channel name is missing");
    }
    if (name.length() > LONGEST) {
      throw new UsageException(
          option + " " + name + ": a channel name has at most 31 bytes, this one " + name.length());
    }
    if (!StandardCharsets.ISO_8859_1.newEncoder().canEncode(name)) {
      throw new UsageException(
          option + " " + name + ": a channel name is made of characters of one byte (ISO 8859-1)");
    }
    return name;
  }
}
