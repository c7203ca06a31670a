// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import rpmsg.bench.internal.report.Metric;

/** The two processes of a row. The first has index 0 and is the driver side where there is one. */
final class Nodes implements AutoCloseable {
  private final Row row;
  private final Path folder;
  private final NodeProcess driver;
  private final NodeProcess device;
  private int opened;

  Nodes(Row row, Setup setup) throws IOException {
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

  NodeProcess driver() {
    return driver;
  }

  NodeProcess device() {
    return device;
  }

  /** Opens so many links between them. */
  void open(int links) throws BenchException {
    for (int i = 0; i < links; i++) {
      Path file = folder.resolve("link" + opened++);
      String words = row.opening(file);
      String address = driver.ask("open 0 %s %s".formatted(file, words)).text("address");
      device.ask("open 1 %s %s".formatted(address, words));
    }
    both("join");
  }

  /** Closes all links. */
  void shut() throws BenchException {
    both("close");
  }

  private void both(String command) throws BenchException {
    driver.tell(command);
    device.tell(command);
    driver.answer();
    device.answer();
  }

  /**
   * Floods one way, over all links at once; returns how many messages came over each.
   *
   * @throws BenchException also when a message was lost, doubled, torn or overtaken
   */
  double[] flood(Direction direction, int size, Timing timing, Map<Metric, Double> figures)
      throws BenchException {
    NodeProcess from = direction == Direction.TO_DEVICE ? driver : device;
    NodeProcess to = direction == Direction.TO_DEVICE ? device : driver;
    to.ask("count %d %d".formatted(size, timing.warmNanos()));
    Answer sent = from.ask("flood %d %d".formatted(size, timing.warmNanos() + timing.nanos()));
    Answer counted = to.ask("counted");
    Pair.check(sent, counted);
    double[] messages = counted.numbers("count");
    figures.put(direction.rate, counted.number("rate"));
    figures.merge(Metric.SEND_BYTES, sent.number("bytes"), Math::max);
    figures.merge(Metric.RECEIVE_BYTES, counted.number("bytes"), Math::max);
    if (sent.has("doorbells")) {
      double rung = sent.number("doorbells") + counted.number("doorbells");
      figures.put(direction.doorbells, rung / Arrays.stream(messages).sum());
    }
    return messages;
  }

  @Override
  public void close() {
    device.close();
    driver.close();
  }
}
