// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Stamp;

/**
 * Messages that were sent as fast as it went.
 *
 * @param sent how many, the last one not counted
 * @param bytes allocated by the sender meanwhile
 */
public record Flood(long sent, long bytes) {
  private static final int MESSAGES_PER_LOOK = 256;

  /** Sends for a time, and something at least, then the last message. */
  public static Flood run(Pipe pipe, long nanos) throws Exception {
    return until(pipe, System.nanoTime() + nanos);
  }

  /** On a thread each, which begin and end together. */
  static List<Flood> run(List<Pipe> pipes, long nanos) throws Exception {
    CountDownLatch ready = new CountDownLatch(pipes.size());
    long end = System.nanoTime() + nanos;
    List<Flood> floods = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(pipes.size())) {
      List<Future<Flood>> running = new ArrayList<>();
      for (Pipe pipe : pipes) {
        running.add(
            threads.submit(() -> {
              ready.countDown();
              ready.await();
              return until(pipe, end);
            }));
      }
      for (Future<Flood> flood : running) {
        floods.add(flood.get());
      }
    }
    return floods;
  }

  private static Flood until(Pipe pipe, long end) throws Exception {
    long before = Allocation.ofThisThread();
    long sent = 0;
    do {
      for (int i = 0; i < MESSAGES_PER_LOOK; i++) {
        pipe.send(sent++);
      }
    } while (System.nanoTime() - end < 0);
    long bytes = Allocation.ofThisThread() - before;
    pipe.send(Stamp.LAST);
    return new Flood(sent, bytes);
  }

  /** How many were sent, and bytes allocated for each. */
  public String figures() {
    return figures(List.of(this));
  }

  /**
   * How many each has sent, with commas between, and bytes allocated for each message, the most.
   */
  static String figures(List<Flood> floods) {
    return String.format(
        Locale.ROOT,
        "sent=%s bytes=%.6f",
        floods.stream().map(flood -> "" + flood.sent).collect(Collectors.joining(",")),
        floods.stream().mapToDouble(Flood::bytesPerMessage).max().orElseThrow());
  }

  private double bytesPerMessage() {
    return (double) bytes / sent;
  }
}
