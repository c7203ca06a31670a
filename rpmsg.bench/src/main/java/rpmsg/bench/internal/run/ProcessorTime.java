// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How long each thread of a process has run, as the kernel counts it.
 *
 * @param nanos by the thread's id
 */
record ProcessorTime(Map<String, Long> nanos) {

  /** So far, of the threads that live. */
  static ProcessorTime of(long pid) throws IOException {
    Map<String, Long> nanos = new HashMap<>();
    for (Path thread : threads(Path.of("/proc", "" + pid, "task"))) {
      try {
        String[] words = Files.readString(thread.resolve("schedstat")).strip().split(" ");
        nanos.put(thread.getFileName().toString(), Long.valueOf(words[0]));
      } catch (NoSuchFileException ended) {
        // It has no time to be asked for.
      }
    }
    return new ProcessorTime(nanos);
  }

  private static List<Path> threads(Path tasks) throws IOException {
    try (Stream<Path> threads = Files.list(tasks)) {
      return threads.toList();
    }
  }

  /** Nanoseconds that the threads of now have run since then. */
  long since(ProcessorTime before) {
    return nanos.entrySet().stream()
        .mapToLong(thread -> thread.getValue() - before.nanos.getOrDefault(thread.getKey(), 0L))
        .sum();
  }
}
