// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import org.osgi.framework.BundleContext;
import rpmsg.shell.internal.launch.Arguments;
import rpmsg.shell.internal.options.OptionParser;
import rpmsg.shell.internal.options.RunOptions;
import rpmsg.shell.internal.options.UsageException;

/**
 * What the launcher handed over.
 *
 * @param interactive whether a shell is to open
 * @param started {@link System#nanoTime()} of the start
 */
record RunSettings(RunOptions options, boolean interactive, long started) {
  /** Null in a container that was not started by {@code ./rpmsg run}. */
  static RunSettings of(BundleContext context) {
    String arguments = context.getProperty(Arguments.PROPERTY);
    if (arguments == null) {
      return null;
    }
    try {
      return new RunSettings(
          OptionParser.parse(Arguments.split(arguments)),
          Boolean.parseBoolean(context.getProperty(Arguments.INTERACTIVE)),
          Long.parseLong(context.getProperty(Arguments.STARTED)));
    } catch (UsageException e) {
      throw new IllegalStateException("the launcher lets no bad options through", e);
    }
  }
}
