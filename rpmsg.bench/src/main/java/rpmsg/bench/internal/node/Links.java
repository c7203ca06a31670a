// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;

/** The carriers that a node has open: one, or many that do the same at once. */
final class Links {
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final List<Carrier> carriers = new ArrayList<>();
  private final List<Pipe> pipes = new ArrayList<>();
  private final List<Meter> meters = new ArrayList<>();
  private long doorbells;

  void add(Carrier carrier) {
    carriers.add(carrier);
  }

  Carrier first() {
    return carriers.getFirst();
  }

  void join() throws Exception {
    for (Carrier carrier : carriers) {
      carrier.join();
    }
  }

  /** Until {@link #end}. */
  void echo(int size) throws Exception {
    doorbells = doorbells();
    for (Carrier carrier : carriers) {
      pipes.add(carrier.echo(size));
    }
  }

  /** Until {@link #counted}. */
  void count(int size, long warmNanos) throws Exception {
    doorbells = doorbells();
    meters.clear();
    for (Carrier carrier : carriers) {
      Meter meter = new Meter(warmNanos);
      meters.add(meter);
      pipes.add(carrier.open(size, meter));
    }
  }

  /** Waits for the last message of each. */
  String counted() throws Exception {
    for (Meter meter : meters) {
      meter.await(LAST_NANOS);
    }
    String rung = end();
    return Meter.figures(meters) + rung;
  }

  String flood(int size, long nanos) throws Exception {
    long before = doorbells();
    try {
      for (Carrier carrier : carriers) {
        pipes.add(carrier.open(size, null));
      }
      return Flood.figures(Flood.run(pipes, nanos)) + rungSince(before);
    } finally {
      closePipes();
    }
  }

  /** Ends what goes on; the doorbells that it has rung. */
  String end() {
    closePipes();
    return rungSince(doorbells);
  }

  private void closePipes() {
    pipes.forEach(Pipe::close);
    pipes.clear();
  }

  /** Rung so far, or a number below 0 where there are none. */
  long doorbells() {
    return carriers.stream().mapToLong(Carrier::doorbells).sum();
  }

  String rungSince(long before) {
    return before < 0 ? "" : " doorbells=" + (doorbells() - before);
  }

  void close() throws IOException {
    for (Carrier carrier : carriers) {
      carrier.close();
    }
    carriers.clear();
  }
}
