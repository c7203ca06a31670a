// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/**
 * Endpoint addresses. An address is an unsigned 32-bit number, carried in an {@code int}; compare
 * with {@code ==}, print with {@link #format(int)}.
 *
 * <p>0 to 1023 are for fixed addresses by convention, 1024 to 0x7FFFFFFF are given out dynamically,
 * from 0x80000000 on an address can only be a remote one (linux-rpmsg A.3, LX026 to LX031).
 */
public final class RpmsgAddress {
  /** "Any": at creation, let the bus choose; as a destination, none is known yet. */
  public static final int ANY = 0xFFFFFFFF;

  /** Where the name service listens. */
  public static final int NAME_SERVICE = 53;

  /** The first address that is given out dynamically. */
  public static final int FIRST_DYNAMIC = 1024;

  private RpmsgAddress() {}

  /** The address as Linux's attributes print it: {@code 0x400}, {@code 0xffffffff} for any. */
  public static String format(int address) {
    return "0x" + Integer.toHexString(address);
  }

  /** Reads {@code 0x400}, {@code 1024} or {@code any}; NumberFormatException for anything else. */
  public static int parse(String text) {
    if (text.equalsIgnoreCase("any")) {
      return ANY;
    }
    return text.startsWith("0x") || text.startsWith("0X")
        ? Integer.parseUnsignedInt(text.substring(2), 16)
        : Integer.parseUnsignedInt(text);
  }
}
