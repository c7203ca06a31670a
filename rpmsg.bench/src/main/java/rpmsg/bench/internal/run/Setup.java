// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where things are, and how processes are started.
 *
 * @param home the distribution
 * @param built the folder with this bundle's jar and the libraries of the benchmark
 * @param out where results go
 * @param work a folder for files of this run, in memory where there is such a place
 */
record Setup(Path home, Path built, Path out, Path work) {
  /** The same for every process that is measured. */
  static final List<String> FLAGS =
      List.of(
          "-Xms64m",
          "-Xmx256m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED");

  private static final String ITSELF = "rpmsg.bench-";

  /** From the system properties that the script sets. */
  static Setup make() throws IOException {
    Path out = Path.of(System.getProperty("rpmsg.bench.out")).toAbsolutePath();
    Files.createDirectories(out.resolve("log"));
    Path memory = Path.of("/dev/shm");
    String prefix = "rpmsg-bench-%d-".formatted(ProcessHandle.current().pid());
    Path work =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, prefix)
            : Files.createTempDirectory(prefix);
    return new Setup(
        Path.of(System.getProperty("rpmsg.home")).toAbsolutePath(),
        Path.of(System.getProperty("rpmsg.bench.home")).toAbsolutePath(),
        out,
        work);
  }

  /** The command of a process without a container. */
  List<String> plain() throws IOException {
    List<String> command = java();
    List<String> jars = new ArrayList<>(List.of(bundle().toString()));
    try (Stream<Path> libraries = Files.list(built.resolve("lib"))) {
      libraries.map(Path::toString).sorted().forEach(jars::add);
    }
    command.addAll(List.of("-cp", String.join(":", jars), "rpmsg.bench.internal.node.PlainNode"));
    return command;
  }

  /**
   * The command of a container of the distribution with this bundle, to be started in the folder
   * {@link #home}.
   *
   * @param task what the bundle is to do there
   * @param name for its files
   */
  List<String> container(String task, String name) throws IOException {
    Path files = Files.createDirectories(work.resolve(name));
    Path configurations = Files.createDirectories(files.resolve("conf"));
    List<String> command = java();
    command.addAll(
        List.of(
            "-Dorg.osgi.framework.storage=" + files.resolve("cache"),
            "-Dfelix.fileinstall.dir=" + configurations,
            "-Dfelix.auto.start.1=" + bundle().toUri(),
            "-Dgosh.args=--nointeractive",
            "-Drpmsg.bench=" + task,
            "-jar",
            "bin/felix.jar"));
    return command;
  }

  private static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(FLAGS);
    return command;
  }

  private Path bundle() throws IOException {
    try (Stream<Path> files = Files.list(built)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(ITSELF))
          .filter(file -> file.toString().endsWith(".jar"))
          .findFirst()
          .orElseThrow(() -> new IOException("no " + ITSELF + "*.jar in " + built));
    }
  }
}
