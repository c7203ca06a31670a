// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Receiver;
import rpmsg.bench.internal.node.Flood;
import rpmsg.bench.internal.node.Meter;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;

/**
 * This stack at one end of a link, a foreign client with {@link ForeignServices} at the other.
 * Beside what every node does:
 *
 * <pre>
 * services                what the client has       sink= source=
 * sink SIZE WARM TIME     floods the client         sent= count= wrong= rate= bytes= doorbells=
 * source SIZE WARM TIME   is flooded by the client  sent= count= wrong= rate= bytes= doorbells=
 * </pre>
 */
final class ForeignCarrier implements Carrier {
  private static final long ANSWER_SECONDS = 20;
  private static final long CALIBRATION = 20_000;

  private final ConfiguredTransport configured;
  private final String address;
  private RpmsgTransport transport;

  ForeignCarrier(ConfiguredTransport configured, String address) {
    this.configured = configured;
    this.address = address;
  }

  @Override
  public String address() {
    return address;
  }

  @Override
  public void join() throws Exception {
    transport = configured.awaitReady();
    configured.awaitChannel(ForeignServices.ECHO);
  }

  private RpmsgChannel channel(String service) {
    return transport.channels().stream()
        .filter(channel -> channel.name().equals(service))
        .findFirst()
        .orElse(null);
  }

  @Override
  public Pipe open(int size, Receiver receiver) throws RpmsgException {
    return open(ForeignServices.ECHO, size, Taker.of(Api.COPY, receiver));
  }

  private EndpointPipe open(String service, int size, Taker taker) throws RpmsgException {
    RpmsgChannel channel = channel(service);
    RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, taker);
    return new EndpointPipe(
        List.of(endpoint), Api.COPY.sender(endpoint, Turns.only(channel.dst()), size), taker);
  }

  @Override
  public Pipe echo(int size) {
    throw new UnsupportedOperationException("the client is the echo");
  }

  @Override
  public long doorbells() {
    return configured.counter("kicks");
  }

  @Override
  public String execute(String[] words) throws Exception {
    return switch (words[0]) {
      case "services" ->
          "sink=%b source=%b"
              .formatted(
                  channel(ForeignServices.SINK) != null, channel(ForeignServices.SOURCE) != null);
      case "sink" -> sink(size(words), nanos(words, 2), nanos(words, 3));
      case "source" -> source(size(words), nanos(words, 2), nanos(words, 3));
      default -> Carrier.super.execute(words);
    };
  }

  private static int size(String[] words) {
    return Integer.parseInt(words[1]);
  }

  private static long nanos(String[] words, int index) {
    return Long.parseLong(words[index]);
  }

  private String sink(int size, long warm, long nanos) throws Exception {
    BlockingQueue<String> reports = new ArrayBlockingQueue<>(1);
    Taker taker =
        message -> {
          MemorySegment pair = MemorySegment.ofArray(message.toByteArray());
          reports.put(
              "count=%d wrong=%d"
                  .formatted(ForeignServices.first(pair), ForeignServices.second(pair)));
        };
    try (EndpointPipe pipe = open(ForeignServices.SINK, size, taker)) {
      if (warm > 0) {
        Flood.run(pipe, warm);
        report(reports);
      }
      long rung = doorbells();
      long start = System.nanoTime();
      Flood flood = Flood.run(pipe, nanos);
      String report = report(reports);
      return "%s %s %s doorbells=%d"
          .formatted(
              flood.figures(),
              report,
              rate(flood.sent(), System.nanoTime() - start),
              doorbells() - rung);
    }
  }

  private static String rate(long messages, long nanos) {
    return String.format(Locale.ROOT, "rate=%.6f", 1e3 * messages / nanos);
  }

  private static String report(BlockingQueue<String> reports)
      throws InterruptedException, TimeoutException {
    String report = reports.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
    if (report == null) {
      throw new TimeoutException("no answer from " + ForeignServices.SINK);
    }
    return report;
  }

  private String source(int size, long warm, long nanos) throws Exception {
    long start = System.nanoTime();
    request(CALIBRATION, size, 0);
    double perNano = (double) CALIBRATION / (System.nanoTime() - start);
    long messages = Math.max(CALIBRATION, (long) (perNano * (warm + nanos)));
    long rung = doorbells();
    String figures = request(messages, size, warm);
    return "sent=%d %s doorbells=%d".formatted(messages, figures, doorbells() - rung);
  }

  /** Has the client send so many. */
  private String request(long messages, int size, long warm) throws Exception {
    Meter meter = new Meter(warm);
    Taker taker = Taker.of(Api.COPY, meter);
    try (EndpointPipe pipe = open(ForeignServices.SOURCE, size, taker)) {
      pipe.sender().forward(ForeignServices.pair(messages, size));
      meter.await(TimeUnit.SECONDS.toNanos(ANSWER_SECONDS) + warm);
    }
    return meter.figures();
  }

  @Override
  public void close() throws IOException {
    configured.close();
  }
}
