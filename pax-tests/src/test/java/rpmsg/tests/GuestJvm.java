// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.Assert;
import rpmsg.tests.guest.GuestContainer;

/**
 * A second container, inside a guest: this machine's Java and files, which the guest has as its own
 * for reading only, and the guest's kernel. What it writes is in the guest's memory.
 */
final class GuestJvm {
  private static final String ROOT = "/host";
  private static final String COMMANDS = "/dev/shm/commands";

  private final Guest guest;

  private GuestJvm(Guest guest, String before) throws IOException {
    this.guest = guest;
    guest.run("mkdir " + ROOT + " && mount -t hostfs -o ro none " + ROOT);
    guest.run("mount -t proc proc " + ROOT + "/proc && mount -t sysfs sysfs " + ROOT + "/sys");
    guest.run("mount -t devtmpfs devtmpfs " + ROOT + "/dev && mkdir -m 1777 -p /dev/shm");
    guest.run("mkfifo -m 666 " + COMMANDS);
    guest.start("chroot %s %s %s <>%s &".formatted(ROOT, before, command(), COMMANDS));
    guest.await("container ready");
  }

  /** Starts it as root and waits until it takes commands. */
  static GuestJvm start(Guest guest) throws IOException {
    return new GuestJvm(guest, "");
  }

  /**
   * The same as the user whose files are used, who has none of root's powers even if it is root.
   */
  static GuestJvm withoutRights(Guest guest) throws IOException {
    Object user = Files.getAttribute(distribution(), "unix:uid");
    return new GuestJvm(
        guest,
        "/usr/bin/setpriv --reuid %s --clear-groups --bounding-set=-all --inh-caps=-all"
            .formatted(user));
  }

  private static Path distribution() {
    return Path.of(System.getProperty("rpmsg.distribution")).toAbsolutePath().normalize();
  }

  private static String command() {
    Path classes = Path.of(System.getProperty("rpmsg.test.classes")).toAbsolutePath();
    return "%s -XX:-UsePerfData -Djava.io.tmpdir=/dev/shm %s -cp %s:%s %s %s %s /dev/shm/felix"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin/java"),
            System.getProperty("rpmsg.jvm.options"),
            distribution().resolve("bin/felix.jar"),
            classes,
            GuestContainer.class.getName(),
            distribution(),
            classes);
  }

  /** Runs a case, which has to succeed, and returns what it says. */
  String run(String name, Object... arguments) throws IOException {
    StringBuilder line = new StringBuilder(name);
    for (Object argument : arguments) {
      line.append(' ').append(argument);
    }
    int from = guest.console().length();
    guest.start("echo '" + line + "' > " + COMMANDS);
    String outcome = guest.await(Pattern.compile("case " + name + " (?:ok|FAILED).*"), from);
    Assert.assertTrue(outcome + "\n" + guest.console(), outcome.startsWith("case " + name + " ok"));
    return outcome.substring(("case " + name + " ok").length()).strip();
  }
}
