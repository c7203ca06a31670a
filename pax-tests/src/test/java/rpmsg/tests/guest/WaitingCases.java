// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import static rpmsg.tests.guest.DeviceCases.device;
import static rpmsg.tests.guest.DeviceCases.ping;
import static rpmsg.tests.guest.Services.BOUND;
import static rpmsg.tests.guest.Services.await;
import static rpmsg.tests.guest.Services.check;
import static rpmsg.tests.guest.Services.checkEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** Threads that wait in nodes: for messages, for buffers, and for the end. */
final class WaitingCases {
  private final Services services;
  private EndpointDevice device;
  private EndpointChannel channel;
  private List<Reader> readers = List.of();

  WaitingCases(Services services) {
    this.services = services;
  }

  void addTo(Map<String, Cases.Case> cases) {
    cases.put("many", this::many);
    cases.put("close-wakes", this::closeWakes);
    cases.put("destroy-wakes", this::destroyWakes);
    cases.put("destroy-queued", this::destroyQueued);
    cases.put("fill", this::fill);
    cases.put("drain", this::drain);
    cases.put("block", this::block);
    cases.put("blocked-ended", this::blockedEnded);
    cases.put("back", this::back);
  }

  /** A virtual thread that reads one message. */
  private static final class Reader implements Runnable {
    private final EndpointChannel channel;
    private final Thread thread = Thread.ofVirtual().unstarted(this);
    private volatile int read = -1;
    private volatile IOException failed;

    Reader(EndpointChannel channel) {
      this.channel = channel;
      thread.start();
    }

    @Override
    public void run() {
      ByteBuffer target = ByteBuffer.allocate(16);
      try {
        channel.read(target);
        read = target.getInt(0);
      } catch (IOException e) {
        failed = e;
      }
    }

    boolean waits() {
      return thread.getState() == Thread.State.WAITING;
    }
  }

  private static List<Reader> readers(EndpointChannel channel, int count) {
    List<Reader> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(new Reader(channel));
    }
    await(() -> "all read", () -> all.stream().allMatch(Reader::waits));
    return all;
  }

  private static void join(List<Reader> readers) throws InterruptedException {
    for (Reader reader : readers) {
      check(reader.thread.join(BOUND), "a reader still waits");
    }
  }

  /** So many threads as the second argument says wait at once, and each gets one message. */
  private String many(List<String> arguments) throws Exception {
    int count = Integer.parseInt(arguments.get(1));
    EndpointDevice device = device(services, arguments);
    Map<Integer, Integer> got = new ConcurrentHashMap<>();
    try (EndpointChannel channel = device.open()) {
      List<Reader> all = readers(channel, count);
      for (int i = 0; i < count; i++) {
        channel.write(ByteBuffer.allocate(4).putInt(0, i), BOUND);
      }
      join(all);
      all.forEach(reader -> got.merge(reader.read, 1, Integer::sum));
      check(!got.containsKey(-1), all.stream().map(r -> r.failed).toList());
      checkEquals(count, got.size(), "different messages");
    }
    device.destroy();
    return Integer.toString(got.size());
  }

  private String closeWakes(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    EndpointChannel channel = device.open();
    List<Reader> all = readers(channel, Integer.parseInt(arguments.get(1)));
    channel.close();
    join(all);
    for (Reader reader : all) {
      check(reader.failed instanceof AsynchronousCloseException, reader.failed);
    }
    device.destroy();
    return Integer.toString(all.size());
  }

  private String destroyWakes(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    try (EndpointChannel channel = device.open()) {
      List<Reader> all = readers(channel, 10);
      device.destroy();
      join(all);
      all.forEach(reader -> expectEpipe(reader.failed));
      Failures.expect(Errno.EPIPE, () -> channel.write(ByteBuffer.allocate(1)));
      checkEquals(Set.of(Readiness.ERROR), channel.poll(), "poll");
    }
    return "10";
  }

  /** What waited to be read when the device went cannot be read any more. */
  private String destroyQueued(List<String> arguments) throws Exception {
    EndpointDevice device = device(services, arguments);
    try (EndpointChannel channel = device.open()) {
      channel.write(ByteBuffer.allocate(4), BOUND);
      await(() -> "no echo", () -> channel.poll().contains(Readiness.READABLE));
      device.destroy();
      Failures.expect(Errno.EPIPE, () -> channel.read(ByteBuffer.allocate(4), BOUND));
    }
    return device.name();
  }

  private static void expectEpipe(IOException failed) {
    check(failed instanceof RpmsgException e && e.errno() == Errno.EPIPE, failed);
  }

  /** Writes until the peer's buffers are used up; it is not reading. */
  private String fill(List<String> arguments) throws Exception {
    device = device(services, arguments);
    channel = device.open();
    AtomicInteger written = new AtomicInteger();
    Failures.expect(
        Errno.EAGAIN,
        () -> {
          for (int i = 0; i < 10_000; i++) {
            channel.write(ByteBuffer.allocate(4).putInt(0, i), Duration.ZERO);
            written.incrementAndGet();
          }
        });
    Failures.expect(
        Errno.EAGAIN, () -> channel.write(ByteBuffer.allocate(4), Duration.ofMillis(50)));
    return written.toString();
  }

  /** The peer is reading again: who waits to write goes on, and nothing was lost. */
  private String drain(List<String> arguments) throws Exception {
    CountDownLatch writable = new CountDownLatch(1);
    channel.onReady((ready, what) -> {
      if (what.contains(Readiness.WRITABLE)) {
        writable.countDown();
      }
    });
    int written = Integer.parseInt(arguments.get(0));
    channel.write(ByteBuffer.allocate(4).putInt(0, written), BOUND);
    check(writable.await(BOUND.toSeconds(), TimeUnit.SECONDS), "WRITABLE is not told");
    for (int i = 0; i <= written; i++) {
      ByteBuffer echo = ByteBuffer.allocate(16);
      checkEquals(4, channel.read(echo, BOUND), "length");
      checkEquals(i, echo.getInt(0), "sequence");
    }
    channel.close();
    device.destroy();
    return Integer.toString(written + 1);
  }

  /** Readers wait, and then the peer goes. */
  private String block(List<String> arguments) throws Exception {
    device = device(services, arguments);
    channel = device.open();
    ping(channel, 8);
    readers = readers(channel, 10);
    return device.name();
  }

  private String blockedEnded(List<String> arguments) throws Exception {
    join(readers);
    readers.forEach(reader -> expectEpipe(reader.failed));
    expectEpipe((IOException) Failures.of(() -> channel.write(ByteBuffer.allocate(1))));
    channel.close();
    Exception failed = Failures.of(device::open);
    check(
        failed instanceof RpmsgException e
            && (e.errno() == Errno.ENETRESET
                || e.errno() == Errno.ENXIO
                || e.errno() == Errno.ENOENT),
        failed);
    await(
        () -> "services are left",
        () ->
            services.references(EndpointDevice.class, "(rpmsg.node=/dev/*)").isEmpty()
                && services.references(ControlDevice.class, "(rpmsg.node=/dev/*)").isEmpty());
    check(!device.exists(), "exists");
    Failures.expect(Errno.ENETRESET, device::open);
    return failed.getMessage();
  }

  private String back(List<String> arguments) throws Exception {
    EndpointDevice again = device(services, arguments);
    try (EndpointChannel open = again.open()) {
      ping(open, 496);
    }
    again.destroy();
    return again.name();
  }
}
