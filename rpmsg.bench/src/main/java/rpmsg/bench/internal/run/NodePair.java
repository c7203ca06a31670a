// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** Two nodes of one kind. The first has index 0 and is the driver side where there is one. */
final class NodePair implements Pair {
  private final Row row;
  private final Path folder;
  private final NodeProcess driver;
  private final NodeProcess device;
  private int opened;

  NodePair(Row row, Setup setup) throws IOException {
    this.row = row;
    folder = Files.createDirectories(setup.work().resolve(row.id()));
    driver = start(row, setup, "driver");
    device = start(row, setup, "device");
  }

  private static NodeProcess start(Row row, Setup setup, String side) throws IOException {
    String name = row.id() + "-" + side;
    List<String> command =
        row.kind() == Row.Kind.PLAIN ? setup.plain() : setup.container("node", name);
    return new NodeProcess(command, setup.home(), setup.out().resolve("log/" + name + ".txt"));
  }

  @Override
  public void open() throws BenchException {
    Path file = folder.resolve("link" + opened++);
    String words = row.words() + (row.doorbell() == null ? "" : " " + row.doorbell().value(folder));
    String address = driver.ask("open 0 %s %s".formatted(file, words)).text("address");
    device.ask("open 1 %s %s".formatted(address, words));
    driver.tell("join");
    device.tell("join");
    driver.answer();
    device.answer();
  }

  @Override
  public Map<Metric, Double> measure(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    device.ask("echo " + size);
    Pair.roundTrips(driver, size, timing, figures);
    device.ask("end");
    oneWay(driver, device, size, timing, figures, Metric.TO_DEVICE, Metric.DOORBELLS_TO_DEVICE);
    oneWay(device, driver, size, timing, figures, Metric.TO_DRIVER, Metric.DOORBELLS_TO_DRIVER);
    return figures;
  }

  private static void oneWay(
      NodeProcess from,
      NodeProcess to,
      int size,
      Timing timing,
      Map<Metric, Double> figures,
      Metric rate,
      Metric doorbells)
      throws BenchException {
    to.ask("count %d %d".formatted(size, timing.warmNanos()));
    Answer flood = from.ask("flood %d %d".formatted(size, timing.warmNanos() + timing.nanos()));
    Answer counted = to.ask("counted");
    Pair.check(flood, counted);
    figures.put(rate, counted.number("rate"));
    figures.merge(Metric.SEND_BYTES, flood.number("bytes"), Math::max);
    figures.merge(Metric.RECEIVE_BYTES, counted.number("bytes"), Math::max);
    if (flood.has("doorbells")) {
      double rung = flood.number("doorbells") + counted.number("doorbells");
      figures.put(doorbells, rung / flood.number("sent"));
    }
  }

  @Override
  public void shut() throws BenchException {
    device.tell("close");
    driver.tell("close");
    device.answer();
    driver.answer();
  }

  @Override
  public void close() {
    device.close();
    driver.close();
  }
}
