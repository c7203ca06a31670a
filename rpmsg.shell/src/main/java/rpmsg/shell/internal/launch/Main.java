// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleException;
import rpmsg.shell.internal.options.OptionParser;
import rpmsg.shell.internal.options.RunOptions;
import rpmsg.shell.internal.options.UsageException;

/**
 * The program behind {@code ./rpmsg}: checks the command line, then starts the container. Exit
 * codes: 2 for bad input, otherwise what the run decides.
 *
 * <p>System properties: {@code rpmsg.home}, the distribution's folder; {@code rpmsg.terminal}, true
 * when standard input is a terminal.
 */
public final class Main {
  static final int BAD_INPUT = 2;

  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    try {
      RunOptions options = options(arguments);
      if (options.help()) {
        System.out.print(help());
        return 0;
      }
      start(arguments, options);
      return 0;
    } catch (UsageException | IOException | BundleException e) {
      System.err.println("rpmsg: " + e.getMessage());
      return BAD_INPUT;
    }
  }

  private static RunOptions options(String[] arguments) throws UsageException {
    if (arguments.length == 0 || !arguments[0].equals("run")) {
      throw new UsageException("the command must be run; ./rpmsg --help says more");
    }
    return OptionParser.parse(Arrays.asList(arguments).subList(1, arguments.length));
  }

  private static void start(String[] arguments, RunOptions options)
      throws IOException, BundleException {
    Path home = Path.of(System.getProperty("rpmsg.home", ".")).toAbsolutePath();
    Container.run(home, settings(home, arguments, options));
  }

  private static Map<String, String> settings(Path home, String[] arguments, RunOptions options) {
    List<String> ofRun = Arrays.asList(arguments).subList(1, arguments.length);
    boolean once = options.once() || !Boolean.getBoolean("rpmsg.terminal");
    Map<String, String> settings = new HashMap<>();
    settings.put(Arguments.PROPERTY, Arguments.join(ofRun));
    settings.put(Arguments.INTERACTIVE, Boolean.toString(!once));
    settings.put(Arguments.STARTED, Long.toString(System.nanoTime()));
    settings.put(
        "felix.fileinstall.dir",
        options.conf() != null ? options.conf() : home.resolve("conf").toString());
    settings.put("org.osgi.service.log.admin.loglevel", "INFO");
    return settings;
  }

  private static String help() {
    try (InputStream text = Main.class.getResourceAsStream("help.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
