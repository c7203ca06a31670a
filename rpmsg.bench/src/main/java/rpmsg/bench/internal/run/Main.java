// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import rpmsg.bench.internal.report.Chart;
import rpmsg.bench.internal.report.Csv;
import rpmsg.bench.internal.report.Machine;
import rpmsg.bench.internal.report.Results;

/**
 * The program behind {@code ./rpmsg bench}. Exit codes: 0 all was measured, 1 something failed, 2
 * bad input.
 *
 * <p>System properties: {@code rpmsg.home}, the distribution's folder; {@code rpmsg.bench.home},
 * the folder with this jar and {@code lib}; {@code rpmsg.bench.out}, where results go.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  private static int run(List<String> arguments) {
    try {
      Options options = Options.parse(arguments);
      if (options.help()) {
        System.out.print(help());
        return 0;
      }
      if (options.peer()) {
        return peer();
      }
      return bench(options, Row.selected(Row.all(options.against() != null), options.rows()));
    } catch (UsageException e) {
      System.err.println("rpmsg: " + e.getMessage());
      return 2;
    } catch (BenchException | IOException e) {
      System.err.println();
      System.err.println("rpmsg: " + e.getMessage());
      return 1;
    }
  }

  /** Waits for the end of the container; ends it when this process is ended. */
  private static int peer() throws IOException {
    Setup setup = Setup.make();
    Process container =
        new ProcessBuilder(setup.container("peer", "peer"))
            .directory(setup.home().toFile())
            .inheritIO()
            .start();
    atExit(() -> {
      Processes.end(container);
      delete(setup.work());
    });
    try {
      return container.waitFor();
    } catch (InterruptedException e) {
      return 1;
    }
  }

  private static int bench(Options options, List<Row> rows) throws IOException, BenchException {
    Setup setup = Setup.make();
    Bench bench = new Bench(options, setup, System.out);
    atExit(() -> end(bench, setup));
    String machine = Machine.describe(Setup.FLAGS);
    System.out.print(machine);
    report(machine, rows, bench.run(rows), setup.out());
    return 0;
  }

  private static void report(String machine, List<Row> rows, Results results, Path out)
      throws IOException {
    String text = Report.of(rows, results);
    System.out.print(text);
    Files.writeString(out.resolve("report.txt"), machine + text);
    Files.writeString(out.resolve("results.csv"), Csv.of(results));
    Files.writeString(out.resolve("chart.svg"), Chart.of(results));
    System.out.printf("%nreport.txt, results.csv and chart.svg are in %s%n", out);
  }

  private static String help() throws IOException {
    try (InputStream text = Main.class.getResourceAsStream("help.txt")) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** However this process ends, short of being killed. */
  private static void atExit(Runnable action) {
    Runtime.getRuntime().addShutdownHook(new Thread(action, "bench-end"));
  }

  private static void end(Bench bench, Setup setup) {
    bench.close();
    delete(setup.work());
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("rpmsg: " + folder + " could not be removed: " + e.getMessage());
    }
  }
}
