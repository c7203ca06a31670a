// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.options;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the options of {@code rpmsg run}. Values follow as the next argument or after {@code =}; of
 * an option that is given again the last one counts, save for {@code --echo} and {@code --ping},
 * which add up.
 */
public final class OptionParser {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** In a process of its own nobody else can come. */
  private static final Duration LINGER_LOOPBACK = Duration.ofMillis(500);

  private static final double LONGEST_SECONDS = 1_000_000;

  private static final Set<String> OF_THE_LINK =
      Set.of(
          "--role",
          "--link",
          "--doorbell",
          "--index",
          "--always-kick",
          "--no-status",
          "--connect",
          "--reannounce");

  /** What a vhost-user front-end and its back-end settle between them. */
  private static final Set<String> NOT_OF_VHOST_USER =
      Set.of("--doorbell", "--index", "--always-kick", "--no-status");

  private static final String VHOST_USER = "vhost-user:";

  /** Takes the value of an option. */
  private interface Value {
    void set(String text) throws UsageException;
  }

  private final List<EchoOption> echoes = new ArrayList<>();
  private final List<PingOption> pings = new ArrayList<>();
  private final Set<String> given = new LinkedHashSet<>();
  private Role role = Role.HOST;
  private String link = RunOptions.LOOPBACK;
  private String doorbell;
  private int index;
  private boolean alwaysKick;
  private boolean noStatus;
  private boolean connect;
  private Duration reannounce = Duration.ZERO;
  private Duration timeout = TIMEOUT;
  private Duration linger;
  private boolean once;
  private String conf;
  private boolean help;

  private final Map<String, Value> values =
      Map.ofEntries(
          Map.entry("--role", this::role),
          Map.entry("--link", this::link),
          Map.entry("--doorbell", this::doorbell),
          Map.entry("--index", this::index),
          Map.entry("--reannounce", this::reannounce),
          Map.entry("--echo", text -> echoes.add(EchoOption.parse(text))),
          Map.entry("--ping", text -> pings.add(PingOption.parse(text))),
          Map.entry("--timeout", text -> timeout = seconds("--timeout", text)),
          Map.entry("--linger", text -> linger = seconds("--linger", text)),
          Map.entry("--conf", text -> conf = path("--conf", text)));

  private final Map<String, Runnable> flags =
      Map.of(
          "--always-kick", () -> alwaysKick = true,
          "--no-status", () -> noStatus = true,
          "--connect", () -> connect = true,
          "--once", () -> once = true,
          "--help", () -> help = true,
          "-h", () -> help = true);

  private OptionParser() {}

  /**
   * Reads what follows {@code run}.
   *
   * @throws UsageException with one line that says what is wrong and what to do
   */
  public static RunOptions parse(List<String> arguments) throws UsageException {
    OptionParser parser = new OptionParser();
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      parser.option(rest.next(), rest);
    }
    parser.checkTogether();
    return parser.options();
  }

  private void option(String argument, Iterator<String> rest) throws UsageException {
    int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
    String name = equals < 0 ? argument : argument.substring(0, equals);
    given.add(name);
    if (flags.containsKey(name) && equals < 0) {
      flags.get(name).run();
    } else if (values.containsKey(name)) {
      values.get(name).set(equals < 0 ? value(name, rest) : argument.substring(equals + 1));
    } else {
      throw new UsageException(
          complaint(argument, name) + "; ./rpmsg run --help lists the options");
    }
  }

  private String complaint(String argument, String name) {
    if (flags.containsKey(name)) {
      return name + " takes no value";
    }
    return (argument.startsWith("-") ? "unknown option " : "unexpected argument ") + argument;
  }

  private static String value(String name, Iterator<String> rest) throws UsageException {
    if (!rest.hasNext()) {
      throw new UsageException(name + " needs a value; ./rpmsg run --help lists the options");
    }
    return rest.next();
  }

  private void role(String text) throws UsageException {
    role =
        switch (text) {
          case "host" -> Role.HOST;
          case "remote" -> Role.REMOTE;
          default -> throw new UsageException("--role " + text + ": must be host or remote");
        };
  }

  private void link(String text) throws UsageException {
    if (text.equals(RunOptions.LOOPBACK)) {
      link = text;
    } else if (text.startsWith("shm:")) {
      link = "shm:" + path("--link shm", text.substring("shm:".length()));
    } else if (text.startsWith(VHOST_USER)) {
      link = VHOST_USER + path("--link vhost-user", text.substring(VHOST_USER.length()));
    } else {
      throw new UsageException(
          "--link " + text + ": must be loopback, shm:PATH or vhost-user:SOCKET");
    }
  }

  private void doorbell(String text) throws UsageException {
    if (text.equals("poll") || text.equals("futex")) {
      doorbell = text;
    } else if (text.startsWith("unix:")) {
      doorbell = "unix:" + path("--doorbell unix", text.substring("unix:".length()));
    } else {
      throw new UsageException("--doorbell " + text + ": must be poll, futex or unix:PATH");
    }
  }

  private void index(String text) throws UsageException {
    index =
        switch (text) {
          case "0" -> 0;
          case "1" -> 1;
          default ->
              throw new UsageException(
                  "--index " + text + ": must be 0 (creates the memory) or 1 (comes second)");
        };
  }

  private static String path(String option, String text) throws UsageException {
    if (text.isEmpty()) {
      throw new UsageException(option + ": the path is missing");
    }
    try {
      return Path.of(text).toAbsolutePath().toString();
    } catch (InvalidPathException e) {
      throw new UsageException(option + " " + text + ": not a path: " + e.getReason());
    }
  }

  private void reannounce(String text) throws UsageException {
    reannounce = seconds("--reannounce", text);
    if (reannounce.toNanosPart() != 0) {
      throw new UsageException("--reannounce " + text + ": must be whole seconds");
    }
  }

  private static Duration seconds(String option, String text) throws UsageException {
    try {
      double seconds = Double.parseDouble(text);
      if (seconds >= 0 && seconds <= LONGEST_SECONDS) {
        return Duration.ofNanos((long) (seconds * 1e9));
      }
    } catch (NumberFormatException notANumber) {
      // says the same as a number out of range
    }
    throw new UsageException(option + " " + text + ": must be a number of seconds, 0 to 1000000");
  }

  private void checkTogether() throws UsageException {
    boolean vhost = link.startsWith(VHOST_USER);
    if (vhost) {
      refuse(NOT_OF_VHOST_USER, " does not go with --link vhost-user: leave it out");
    }
    if (connect && !vhost) {
      throw new UsageException("--connect needs --link vhost-user:SOCKET");
    }
    if (vhost && role == Role.HOST && !connect) {
      throw new UsageException("--role host over vhost-user needs --connect: it cannot listen");
    }
    if (link.equals(RunOptions.LOOPBACK) && doorbell != null && !doorbell.equals("poll")) {
      throw new UsageException("--doorbell " + doorbell + " needs --link shm:PATH");
    }
    if (conf != null) {
      refuse(OF_THE_LINK, " and --conf: say it in the files of the folder, or leave out --conf");
    }
  }

  private void refuse(Set<String> options, String why) throws UsageException {
    for (String option : given) {
      if (options.contains(option)) {
        throw new UsageException(option + why);
      }
    }
  }

  private RunOptions options() {
    return new RunOptions(
        role,
        link,
        doorbell != null ? doorbell : defaultDoorbell(),
        index,
        alwaysKick,
        noStatus,
        connect,
        reannounce,
        List.copyOf(echoes),
        List.copyOf(pings),
        timeout,
        linger != null ? linger : defaultLinger(),
        once,
        conf,
        help);
  }

  private Duration defaultLinger() {
    return link.equals(RunOptions.LOOPBACK) && conf == null ? LINGER_LOOPBACK : LINGER;
  }

  private String defaultDoorbell() {
    if (link.startsWith(VHOST_USER)) {
      return "";
    }
    return link.equals(RunOptions.LOOPBACK) ? "local" : "poll";
  }
}
