// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Where figures come from. */
public final class Machine {
  private Machine() {}

  /**
   * Says in lines what a reader has to know.
   *
   * @param flags of the processes that are measured
   */
  public static String describe(List<String> flags) throws IOException {
    OperatingSystemMXBean os = ManagementFactory.getOperatingSystemMXBean();
    return String.format(
        Locale.ROOT,
        "machine  %s, %d processors, %s %s, load %.2f%njvm      %s %s%nflags    %s%n",
        processor(),
        os.getAvailableProcessors(),
        os.getName(),
        os.getVersion(),
        os.getSystemLoadAverage(),
        System.getProperty("java.vm.name"),
        Runtime.version(),
        String.join(" ", flags));
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    String unknown = System.getProperty("os.arch");
    if (!Files.exists(info)) {
      return unknown;
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 2))
          .findFirst()
          .orElse(unknown);
    }
  }
}
