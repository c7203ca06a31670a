// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The benchmark as a user meets it; that it measures, and nothing of what. */
public class BenchIT {
  private static final long BOUND_SECONDS = 240;

  private Path out;

  @Before
  public void make() throws IOException {
    out = Files.createTempDirectory("rpmsg-bench-it");
  }

  @After
  public void remove() throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private List<String> command(String... options) throws IOException {
    Path home = Path.of(System.getProperty("rpmsg.bench.home")).normalize();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Drpmsg.home=" + Path.of(System.getProperty("rpmsg.distribution")).normalize());
    command.add("-Drpmsg.bench.home=" + home);
    command.add("-Drpmsg.bench.out=" + out);
    command.addAll(List.of("-cp", jar(home), "rpmsg.bench.internal.run.Main"));
    command.addAll(List.of(options));
    return command;
  }

  private static String jar(Path home) throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files
          .map(Path::toString)
          .filter(file -> file.endsWith(".jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  private Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(out.resolve("output").toFile())
        .start();
  }

  private String ended(Process process, int code) throws Exception {
    boolean ended = process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS);
    String output = Files.readString(out.resolve("output"));
    if (!ended) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + output);
    }
    assertEquals(output, code, process.exitValue());
    assertEquals(output, List.of(), leftBy(process));
    return output;
  }

  private static List<Path> leftBy(Process process) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
      String prefix = "rpmsg-bench-%d-".formatted(process.pid());
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  @Test
  public void aQuickRunEndsInTablesAChartAndAFileForPrograms() throws Exception {
    String peer = String.join(" ", command("--peer"));
    Process run =
        start(command("--quick", "--rows", "ours-unix-view,against-poll,bare", "--against", peer));
    String output = ended(run, 0);
    for (String row : List.of("ours-unix-view", "against-poll", "bare")) {
      String line = "(16 +)?" + row + " .*";
      int tables = row.equals("ours-unix-view") ? 5 : 4;
      assertEquals(output, tables, output.lines().filter(l -> l.matches(line)).count());
      assertEverythingMeasured(row);
    }
    assertMeasured("ours-unix-view", 16, 2, "woken_p50", "woken_p99", "woken_doorbells");
    assertTrue(output, output.contains("machine  ") && output.contains("flags    "));
    assertTrue(output, Files.readString(out.resolve("report.txt")).contains("What bounds"));
    assertTrue(Files.readString(out.resolve("chart.svg")).startsWith("<svg "));
  }

  /** Two rounds of one size. */
  private void assertEverythingMeasured(String row) throws IOException {
    assertMeasured(row, 16, 2, "p50", "p99", "max", "to_device", "to_driver");
  }

  private void assertMeasured(String row, int size, int rounds, String... metrics)
      throws IOException {
    List<String> lines = Files.readAllLines(out.resolve("results.csv"));
    for (String metric : metrics) {
      String beginning = "%s,%d,%s,".formatted(row, size, metric);
      List<Double> values =
          lines.stream()
              .filter(line -> line.startsWith(beginning))
              .map(line -> Double.valueOf(line.substring(line.lastIndexOf(',') + 1)))
              .toList();
      assertEquals(row + " " + metric, rounds, values.size());
      assertTrue(row + " " + metric + values, values.stream().allMatch(value -> value > 0));
    }
  }

  @Test
  public void manyEndpointsAndManyTransportsAreMeasured() throws Exception {
    String output =
        ended(start(command("--quick", "--rows", "endpoints,floods-futex,idle-futex")), 0);
    assertEverythingMeasured("endpoints-10");
    assertEverythingMeasured("endpoints-10000");
    assertMeasured("floods-futex", 16, 1, "to_device", "least_to_device", "uneven_to_driver");
    assertMeasured("idle-futex", 0, 1, "idle_driver", "idle_device", "heap_driver", "heap_device");
    assertTrue(output, output.contains("worse endpoints-10000 is than endpoints-10 "));
  }

  @Test
  public void aClientThatDoesNotComeIsNamedAndEndsTheRun() throws Exception {
    Process run = start(command("--quick", "--rows", "against-poll", "--against", "exit 3"));
    String output = ended(run, 1);
    assertTrue(output, output.contains("against-poll") && output.contains("code 3"));
  }

  @Test
  public void badInputIsOneLineAndExitCodeTwo() throws Exception {
    for (String option : List.of("--no-such-option", "--rows=none", "--sizes=0")) {
      String output = ended(start(command(option)), 2);
      assertEquals(output, 1, output.lines().count());
      assertTrue(output, output.startsWith("rpmsg: ") && output.contains(option.split("=")[0]));
    }
  }

  @Test
  public void theScriptTellsEveryOptionWithoutBuilding() throws Exception {
    Path script = Path.of(System.getProperty("rpmsg.bench.home"), "../../rpmsg").normalize();
    String output = ended(start(List.of(script.toString(), "bench", "--help")), 0);
    for (String option :
        List.of("--rows", "--sizes", "--seconds", "--quick", "--against", "--peer", "--help")) {
      assertTrue(output, output.contains("  " + option + " "));
    }
  }
}
