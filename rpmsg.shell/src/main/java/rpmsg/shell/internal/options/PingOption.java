// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

/**
 * What {@code --ping NAME:COUNT:SIZE} says.
 *
 * @param name name of the channel to wait for; it may contain colons
 * @param count messages to send, 1 to {@link #MAX_COUNT}
 * @param size bytes of payload, 0 to {@link #MAX_SIZE}
 */
public record PingOption(String name, int count, int size) {
  /** As many round-trip times are kept in memory, 8 bytes each. */
  public static final int MAX_COUNT = 10_000_000;

  /** What the length field of a message can say. */
  public static final int MAX_SIZE = 65_535;

  static PingOption parse(String text) throws UsageException {
    int size = text.lastIndexOf(':');
    int count = size < 0 ? -1 : text.lastIndexOf(':', size - 1);
    if (count < 0) {
      throw new UsageException(
          "--ping " + text + ": must be NAME:COUNT:SIZE, for example demo:1000:64");
    }
    return new PingOption(
        Names.check("--ping", text.substring(0, count)),
        number(text, "COUNT", text.substring(count + 1, size), 1, MAX_COUNT),
        number(text, "SIZE", text.substring(size + 1), 0, MAX_SIZE));
  }

  private static int number(String ping, String what, String text, int least, int most)
      throws UsageException {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // says the same as a number out of range
    }
    throw new UsageException(
        "--ping " + ping + ": " + what + " must be a number from " + least + " to " + most);
  }
}
