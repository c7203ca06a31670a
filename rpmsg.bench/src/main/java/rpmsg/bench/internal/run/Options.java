// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import rpmsg.bench.internal.carrier.Stamp;

/**
 * The command line.
 *
 * @param help whether only the help is wanted
 * @param peer whether this process is to be the foreign client of another run
 * @param quick whether it may be rough
 * @param sizes bytes of payload
 * @param rows ids of rows or beginnings of ids; empty for all
 * @param seconds of measuring for each figure
 * @param against command of a foreign client, or null
 */
record Options(
    boolean help,
    boolean peer,
    boolean quick,
    List<Integer> sizes,
    List<String> rows,
    double seconds,
    String against) {
  static final int MAX_SIZE = 496;

  private static final double SECONDS = 0.6;
  private static final double QUICK_SECONDS = 0.2;

  static Options parse(List<String> arguments) throws UsageException {
    Options options = new Options(false, false, false, List.of(), List.of(), 0, null);
    Iterator<String> words = arguments.iterator();
    while (words.hasNext()) {
      String word = words.next();
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String name = equals < 0 ? word : word.substring(0, equals);
      options =
          switch (name) {
            case "--help", "-h" -> options.with("help");
            case "--peer" -> options.with("peer");
            case "--quick" -> options.with("quick");
            case "--sizes", "--rows", "--seconds", "--against" ->
                options.with(name, equals < 0 ? next(name, words) : word.substring(equals + 1));
            default ->
                throw new UsageException(
                    "unknown option " + word + "; ./rpmsg bench --help lists them");
          };
    }
    return options.withDefaults();
  }

  private static String next(String name, Iterator<String> words) throws UsageException {
    if (!words.hasNext()) {
      throw new UsageException(name + " needs a value");
    }
    return words.next();
  }

  private Options with(String flag) {
    return new Options(
        help || flag.equals("help"),
        peer || flag.equals("peer"),
        quick || flag.equals("quick"),
        sizes,
        rows,
        seconds,
        against);
  }

  private Options with(String name, String value) throws UsageException {
    return new Options(
        help,
        peer,
        quick,
        name.equals("--sizes") ? sizes(value) : sizes,
        name.equals("--rows") ? List.of(value.split(",")) : rows,
        name.equals("--seconds") ? seconds(value) : seconds,
        name.equals("--against") ? value : against);
  }

  private Options withDefaults() {
    List<Integer> all = quick ? List.of(16) : List.of(16, 128, 496);
    double time = quick ? QUICK_SECONDS : SECONDS;
    return new Options(
        help,
        peer,
        quick,
        sizes.isEmpty() ? all : sizes,
        rows,
        seconds == 0 ? time : seconds,
        against);
  }

  private static List<Integer> sizes(String value) throws UsageException {
    try {
      List<Integer> sizes = Arrays.stream(value.split(",")).map(Integer::valueOf).toList();
      if (sizes.stream().allMatch(size -> size >= Stamp.MIN_SIZE && size <= MAX_SIZE)) {
        return sizes.stream().distinct().toList();
      }
    } catch (NumberFormatException said) {
      // Below.
    }
    throw new UsageException(
        "--sizes %s: expected numbers from %d to %d with commas between"
            .formatted(value, Stamp.MIN_SIZE, MAX_SIZE));
  }

  private static double seconds(String value) throws UsageException {
    try {
      double seconds = Double.parseDouble(value);
      if (seconds > 0 && seconds <= 3600) {
        return seconds;
      }
    } catch (NumberFormatException said) {
      // Below.
    }
    throw new UsageException("--seconds " + value + ": expected a number above 0, at most 3600");
  }
}
