// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.ClassPath;

/** A Java process with this test's classes. */
final class ChildJvm {

  private static final long BOUND_SECONDS = 60;

  private final Process process;

  private ChildJvm(Process process) {
    this.process = process;
  }

  static ChildJvm start(Class<?> main, String... args) throws Exception {
    return start(List.of(), main, args);
  }

  static ChildJvm start(List<String> options, Class<?> main, String... args) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null"));
    command.addAll(options);
    command.addAll(List.of("-cp", ClassPath.of(main, Links.class, Fd.class), main.getName()));
    command.addAll(List.of(args));
    return new ChildJvm(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** What it printed until it ended, which must be with exit status 0. */
  String output() throws Exception {
    try {
      CompletableFuture<String> output = CompletableFuture.supplyAsync(this::readAll);
      assertTrue(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS), "the child does not end");
      assertEquals(0, process.exitValue(), output.get(BOUND_SECONDS, TimeUnit.SECONDS));
      return output.get();
    } finally {
      process.destroyForcibly();
    }
  }

  private String readAll() {
    return process.inputReader().lines().collect(Collectors.joining("\n"));
  }
}
