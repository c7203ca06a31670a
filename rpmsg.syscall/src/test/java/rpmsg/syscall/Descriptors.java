// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The descriptors of this process, as the kernel lists them. */
final class Descriptors {

  private Descriptors() {}

  /** How many are open on a memfd of that name. */
  static long memfds(String name) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(fd -> target(fd).startsWith("/memfd:" + name + " ")).count();
    }
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }

  /** The flags it was opened with, and whether exec closes it (octal 02000000). */
  static long flags(Fd fd) throws IOException {
    Path info = Path.of("/proc/self/fdinfo", fd.toString().substring("fd ".length()));
    String line =
        Files.readAllLines(info).stream()
            .filter(l -> l.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    return Long.parseLong(line.substring("flags:".length()).strip(), 8);
  }
}
