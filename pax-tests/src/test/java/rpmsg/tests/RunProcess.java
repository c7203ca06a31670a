// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One {@code ./rpmsg run} as a process of its own, in the distribution that was built. */
final class RunProcess implements AutoCloseable {
  private static final int BOUND_SECONDS = 60;

  private final Process process;
  private final Path folder;
  private final Path out;
  private final Path err;

  /** Starts {@code run} with these options. */
  RunProcess(String... options) throws IOException {
    Path home = Path.of(System.getProperty("rpmsg.distribution")).normalize();
    folder = Files.createTempDirectory("rpmsg-run");
    out = folder.resolve("out");
    err = folder.resolve("err");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("rpmsg.jvm.options").split(" ")));
    command.add("-Djava.io.tmpdir=" + folder);
    command.addAll(List.of("-Drpmsg.home=" + home, "-Drpmsg.terminal=false", "-cp", jars(home)));
    command.addAll(List.of("rpmsg.shell.internal.launch.Main", "run"));
    command.addAll(List.of(options));
    process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
  }

  private static String jars(Path home) throws IOException {
    try (Stream<Path> bundles = Files.list(home.resolve("bundle"))) {
      Path shell =
          bundles
              .filter(jar -> jar.getFileName().toString().startsWith("rpmsg.shell-"))
              .findFirst()
              .orElseThrow();
      return home.resolve("bin/felix.jar") + ":" + shell;
    }
  }

  /** Waits for the end and returns the exit code. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("still running: " + output());
    }
    return process.exitValue();
  }

  /** Ends it as a service manager does: SIGTERM. */
  void terminate() {
    process.destroy();
  }

  /** Ends it without a word: SIGKILL. */
  void kill() {
    process.destroyForcibly();
  }

  /** Resident memory in KiB. */
  long residentKilobytes() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElseThrow();
    }
  }

  String output() {
    return read(out) + read(err);
  }

  String errors() {
    return read(err);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      exitCode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    deleteFolder();
  }

  /** With what a container that was killed has left in it. */
  private void deleteFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
