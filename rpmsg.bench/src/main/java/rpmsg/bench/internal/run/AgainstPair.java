// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/**
 * A container of ours at index 0 as the driver side, and a foreign client as the device side, which
 * is started each time the link is opened and ended when it is shut.
 */
final class AgainstPair implements Pair {
  private final Row row;
  private final String command;
  private final Path folder;
  private final Path log;
  private final NodeProcess driver;
  private Process client;
  private boolean sink;
  private boolean source;
  private int opened;

  AgainstPair(Row row, Setup setup, String command) throws IOException {
    this.row = row;
    this.command = command;
    folder = Files.createDirectories(setup.work().resolve(row.id()));
    log = setup.out().resolve("log/" + row.id() + "-client.txt");
    Files.deleteIfExists(log);
    driver =
        new NodeProcess(
            setup.container("node", row.id() + "-driver"),
            setup.home(),
            setup.out().resolve("log/" + row.id() + "-driver.txt"));
  }

  @Override
  public void open() throws BenchException {
    Path file = folder.resolve("link" + opened++);
    driver.ask("open 0 %s %s".formatted(file, row.opening(file)));
    client = start(file, row.doorbell().value(file));
    try {
      driver.tell("join");
      driver.answerUnless(() -> !client.isAlive());
    } catch (BenchException failed) {
      throw new BenchException(
          "the client did not come (%s): %s".formatted(state(), failed.getMessage()));
    }
    Answer services = driver.ask("services");
    sink = services.text("sink").equals("true");
    source = services.text("source").equals("true");
  }

  private Process start(Path file, String doorbell) throws BenchException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command);
    builder
        .environment()
        .putAll(
            Map.of(
                "RPMSG_SHM",
                file.toString(),
                "RPMSG_DOORBELL",
                doorbell,
                "RPMSG_INDEX",
                "1",
                "RPMSG_ROLE",
                "remote"));
    try {
      return builder
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .redirectInput(new File("/dev/null"))
          .start();
    } catch (IOException e) {
      throw new BenchException("the client cannot be started: " + e.getMessage());
    }
  }

  private String state() {
    return client.isAlive()
        ? "it runs; see " + log
        : "it ended with code " + client.exitValue() + "; see " + log;
  }

  @Override
  public Map<Metric, Double> measure(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    Pair.roundTrips(driver, size, timing, figures);
    if (sink) {
      Answer answer = oneWay("sink", size, timing);
      figures.put(Metric.TO_DEVICE, answer.number("rate"));
      figures.put(Metric.SEND_BYTES, answer.number("bytes"));
      figures.put(Metric.DOORBELLS_TO_DEVICE, answer.number("doorbells") / answer.number("sent"));
    }
    if (source) {
      Answer answer = oneWay("source", size, timing);
      figures.put(Metric.TO_DRIVER, answer.number("rate"));
      figures.put(Metric.RECEIVE_BYTES, answer.number("bytes"));
      figures.put(Metric.DOORBELLS_TO_DRIVER, answer.number("doorbells") / answer.number("sent"));
    }
    return figures;
  }

  @Override
  public Map<Metric, Double> woken(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    if (row.sleeps()) {
      Pair.woken(driver, size, timing, figures);
    }
    return figures;
  }

  private Answer oneWay(String command, int size, Timing timing) throws BenchException {
    Answer answer =
        driver.ask("%s %d %d %d".formatted(command, size, timing.warmNanos(), timing.nanos()));
    Pair.check(answer, answer);
    return answer;
  }

  @Override
  public void shut() throws BenchException {
    end();
    driver.ask("close");
  }

  private void end() {
    if (client != null) {
      Processes.end(client);
      client = null;
    }
  }

  @Override
  public void close() {
    end();
    driver.close();
  }
}
