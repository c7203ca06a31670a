// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The main job as a user meets it: processes, their output and their exit codes. */
public class RunIT {
  private Path folder;

  @Before
  public void make() throws IOException {
    folder = Files.createTempDirectory(Path.of("/dev/shm"), "rpmsg-run");
  }

  @After
  public void remove() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  @Test
  public void loopbackShowsTheLinkComingUpAndPingsTheDemoRemote() throws Exception {
    try (RunProcess run = new RunProcess("--once", "--ping", "rpmsg-raw:1000:64")) {
      assertEquals(run.output(), 0, run.exitCode());
      String out = run.output();
      assertTrue(out, out.contains("DRIVER_OK"));
      for (String name :
          List.of("rpmsg-client-sample", "rpmsg-openamp-demo-channel", "rpmsg-raw")) {
        assertTrue(out, out.contains("channel " + name));
      }
      assertPinged(out, "rpmsg-raw", 1000);
    }
  }

  @Test
  public void twoProcessesWorkWithEitherDoorbellInEitherAssignmentOfRolesAndIndices()
      throws Exception {
    for (String doorbell : List.of("poll", "futex", "unix:" + folder.resolve("bell"))) {
      for (int remoteIndex = 0; remoteIndex < 2; remoteIndex++) {
        pair(doorbell, remoteIndex);
      }
    }
  }

  private void pair(String doorbell, int remoteIndex) throws Exception {
    String what = doorbell + ", remote has index " + remoteIndex;
    String[] link = {"--once", "--link", "shm:" + folder.resolve("memory"), "--doorbell", doorbell};
    try (RunProcess remote =
            new RunProcess(
                with(
                    link,
                    "--role",
                    "remote",
                    "--index",
                    "" + remoteIndex,
                    "--echo",
                    "demo@0x500"));
        RunProcess host =
            new RunProcess(
                with(link, "--index", "" + (1 - remoteIndex), "--ping", "demo:2000:496"))) {
      assertEquals(what + host.output(), 0, host.exitCode());
      assertEquals(what + remote.output(), 0, remote.exitCode());
      assertPinged(host.output(), "demo", 2000);
      assertTrue(host.output(), host.output().contains("0x500"));
    }
  }

  @Test
  public void theHostAnnouncesAndTheRemotePings() throws Exception {
    String[] link = {"--once", "--link", "shm:" + folder.resolve("memory")};
    try (RunProcess host = new RunProcess(with(link, "--echo", "server@100"));
        RunProcess remote =
            new RunProcess(
                with(link, "--role", "remote", "--index", "1", "--ping", "server:100:0"))) {
      assertEquals(remote.output(), 0, remote.exitCode());
      assertEquals(host.output(), 0, host.exitCode());
      assertPinged(remote.output(), "server", 100);
    }
  }

  @Test
  public void bothRolesMeetOverVhostUser() throws Exception {
    String[] link = {"--once", "--link", "vhost-user:" + folder.resolve("socket")};
    try (RunProcess remote = new RunProcess(with(link, "--role", "remote", "--echo", "demo"));
        RunProcess host = new RunProcess(with(link, "--connect", "--ping", "demo:2000:496"))) {
      assertEquals(host.output(), 0, host.exitCode());
      assertEquals(remote.output(), 0, remote.exitCode());
      assertPinged(host.output(), "demo", 2000);
    }
  }

  @Test
  public void badInputIsOneLineAndExitCodeTwo() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/null"));
    Path foreign = Files.writeString(folder.resolve("foreign"), "precious ".repeat(100_000));
    byte[] before = Files.readAllBytes(foreign);
    refused("unknown option", "--no-such-option");
    refused("", "--ping", "nonsense");
    refused("", "--once", "--link", "shm:" + folder);
    refused("", "--once", "--link", "shm:" + link);
    refused("", "--once", "--link", "shm:" + foreign);
    refused("", "--once", "--link", "shm:" + foreign, "--index", "1");
    refused("", "--once", "--link", "shm:" + folder.resolve("none/memory"));
    refused("", "--once", "--role", "remote", "--link", "vhost-user:" + foreign);
    refused("", "--once", "--role", "remote", "--link", "vhost-user:" + folder);
    refused("", "--once", "--role", "remote", "--link", "vhost-user:/" + "x".repeat(120));
    refused("", "--once", "--connect", "--link", "vhost-user:" + foreign);
    refused(
        "", "--once", "--link", "shm:" + folder.resolve("none"), "--index", "1", "--timeout", "10");
    assertArrayEquals("foreign files stay as they were", before, Files.readAllBytes(foreign));
  }

  private static void refused(String word, String... options) throws Exception {
    try (RunProcess run = new RunProcess(options)) {
      assertEquals(List.of(options) + run.output(), 2, run.exitCode());
      String errors = run.errors();
      assertEquals(List.of(options) + errors, 1, errors.lines().count());
      assertTrue(errors, errors.startsWith("rpmsg: ") && errors.contains(word));
    }
  }

  @Test
  public void aSecondProcessOnTheSameIndexIsRefused() throws Exception {
    String[] options = {"--once", "--link", "shm:" + folder.resolve("memory"), "--echo", "x"};
    try (RunProcess first = new RunProcess(options)) {
      Rig.await(first::output, () -> first.output().contains("online"));
      refused("", options);
      first.terminate();
      first.exitCode();
    }
  }

  @Test
  public void aContainerThatIsStoppedInMidTrafficResetsTheDeviceAndTakesNothingWithIt()
      throws Exception {
    Path memory = folder.resolve("memory");
    try (RawRemote remote = new RawRemote(memory, () -> {})) {
      for (int i = 0; i < 50; i++) {
        remote.announce("busy-" + i, 0x400 + i);
      }
      for (int round = 1; round <= 2; round++) {
        int sessions = round;
        try (RunProcess host =
            new RunProcess("--once", "--link", "shm:" + memory, "--linger", "60")) {
          Rig.await(host::output, () -> remote.sessions.get() == sessions && remote.quiet());
          Rig.await(host::output, () -> host.output().contains("busy-49"));
          host.terminate();
          assertEquals(host.output(), 128 + 15, host.exitCode());
          Rig.await(host::output, () -> !remote.running());
        }
      }
      assertEquals(List.of(), remote.failures());
    }
  }

  @Test
  public void aFileThatIsCutInMidTrafficEndsTheLinkWithANamedErrorAndNotTheProcess()
      throws Exception {
    Path memory = folder.resolve("memory");
    String[] link = {"--once", "--link", "shm:" + memory};
    try (RunProcess remote =
        new RunProcess(
            with(
                link, "--role", "remote", "--echo", "demo", "--linger", "60", "--timeout", "60"))) {
      try (RunProcess host =
          new RunProcess(with(link, "--index", "1", "--ping", "demo:10000000:496"))) {
        Rig.await(host::output, () -> host.output().contains("channel demo"));
        try (FileChannel file = FileChannel.open(memory, StandardOpenOption.WRITE)) {
          file.truncate(4096);
        }
        Rig.await(host::output, () -> host.output().contains("was cut from"));
        Rig.await(remote::output, () -> remote.output().contains("was cut from"));
      }
      try (RunProcess host = new RunProcess(with(link, "--index", "1", "--ping", "demo:100:496"))) {
        assertEquals(host.output() + remote.output(), 0, host.exitCode());
      }
      remote.terminate();
      remote.exitCode();
    }
  }

  private static void assertPinged(String output, String name, int count) {
    Pattern line =
        Pattern.compile(
            "^ping %s: %d sent, %d received, 0 bad, rtt min/p50/p99/max ([0-9.]+/){3}[0-9.]+ us$"
                .formatted(Pattern.quote(name), count, count),
            Pattern.MULTILINE);
    assertTrue(output, line.matcher(output).find());
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }
}
