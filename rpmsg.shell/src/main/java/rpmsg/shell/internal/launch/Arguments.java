// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.launch;

import java.util.List;

/** How the command line reaches the bundle: as framework properties. */
public final class Arguments {
  /** What follows {@code run}, see {@link #split}. */
  public static final String PROPERTY = "rpmsg.run.arguments";

  /** Whether a shell is to open. */
  public static final String INTERACTIVE = "rpmsg.run.interactive";

  /** {@link System#nanoTime()} of the start, from which the timeout counts. */
  public static final String STARTED = "rpmsg.run.started";

  /** No argument of a process can contain it. */
  private static final String SEPARATOR = "\0";

  private Arguments() {}

  /** One string of all arguments. */
  public static String join(List<String> arguments) {
    return String.join(SEPARATOR, arguments);
  }

  /** The arguments that were joined. */
  public static List<String> split(String joined) {
    return joined.isEmpty() ? List.of() : List.of(joined.split(SEPARATOR, -1));
  }
}
