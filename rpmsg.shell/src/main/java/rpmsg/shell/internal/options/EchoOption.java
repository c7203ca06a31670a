// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

/**
 * What {@code --echo NAME[@ADDRESS]} says.
 *
 * @param name name to announce
 * @param address {@code any}, or a number as the user wrote it ({@code 0x500}, {@code 1280})
 */
public record EchoOption(String name, String address) {
  /** Lets the bus choose the address. */
  public static final String ANY = "any";

  private static final long NAME_SERVICE = 53;
  private static final long LAST_LOCAL = 0x7FFFFFFFL;

  static EchoOption parse(String text) throws UsageException {
    int at = text.lastIndexOf('@');
    String name = Names.check("--echo", at < 0 ? text : text.substring(0, at));
    return new EchoOption(name, at < 0 ? ANY : address(text, text.substring(at + 1)));
  }

  private static String address(String echo, String text) throws UsageException {
    long address;
    try {
      address = text.equals(ANY) ? 0 : Long.decode(text);
    } catch (NumberFormatException notANumber) {
      throw new UsageException(
          "--echo " + echo + ": the address must be a number such as 0x500 or 1280");
    }
    if (address < 0 || address > LAST_LOCAL) {
      throw new UsageException("--echo " + echo + ": the address must be 0 to 0x7fffffff");
    }
    if (address == NAME_SERVICE) {
      throw new UsageException(
          "--echo " + echo + ": address 53 belongs to the name service, choose another");
    }
    return text;
  }
}
