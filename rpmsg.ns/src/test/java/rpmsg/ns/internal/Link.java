// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.internal.Bus;
import rpmsg.core.internal.ChannelRegistry;
import rpmsg.core.internal.DriverEntry;
import rpmsg.core.internal.ServiceLog;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;
import rpmsg.core.testing.RecordingLog;

/**
 * A transport of a few lines on a real bus: what is sent is recorded, and the thread of the test is
 * its receive thread.
 */
final class Link implements TransportOps, AutoCloseable {
  /** What the peer got. */
  record Sent(int src, int dst, List<Byte> payload) {}

  private static final long BOUND_SECONDS = 20;

  final List<Sent> sent = new CopyOnWriteArrayList<>();
  final AddressSpace space;
  private final Bus bus = new Bus(new Invisible(), new ServiceLog(new RecordingLog().logger()));
  private final Semaphore wakes = new Semaphore(0);
  private final boolean announces;

  Link() {
    this(true);
  }

  Link(boolean announces) {
    this.announces = announces;
    space = bus.open(this);
  }

  /** Receives messages as a transport has to: one that is not taken is offered after a wake. */
  void receive(RpmsgMessage... messages) throws InterruptedException {
    for (RpmsgMessage message : messages) {
      while (!space.deliver(message)) {
        awaitWake();
      }
    }
  }

  /** Waits until the transport was woken and hands over what was kept. */
  void awaitWake() throws InterruptedException {
    assertTrue(wakes.tryAcquire(BOUND_SECONDS, TimeUnit.SECONDS), "no wake");
    space.service();
  }

  /** Waits until all that was received has run on the control queue. */
  void settle() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    while (!space.execute(done::countDown)) {
      awaitWake();
    }
    assertTrue(done.await(BOUND_SECONDS, TimeUnit.SECONDS), "control queue is stuck");
  }

  void receiveAndSettle(RpmsgMessage... messages) throws InterruptedException {
    receive(messages);
    settle();
  }

  /** Occupies the control queue until the latch that it returns is counted down. */
  CountDownLatch holdControlQueue() {
    CountDownLatch go = new CountDownLatch(1);
    assertTrue(space.execute(() -> await(go)));
    return go;
  }

  List<RpmsgChannel> channels() {
    return List.copyOf(space.channels());
  }

  List<String> names() {
    return channels().stream().map(RpmsgChannel::name).toList();
  }

  List<Integer> addresses() {
    return channels().stream().map(RpmsgChannel::dst).toList();
  }

  DriverEntry add(CountingDriver driver, String... ids) {
    DriverEntry entry = DriverEntry.of("test", List.of(ids), driver);
    bus.add(entry);
    return entry;
  }

  void remove(DriverEntry driver) {
    bus.remove(driver);
  }

  @Override
  public String name() {
    return "link0";
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean announces() {
    return announces;
  }

  @Override
  public boolean send(int src, int dst, MemorySegment payload, long timeoutNanos) {
    sent.add(new Sent(src, dst, boxed(payload.toArray(ValueLayout.JAVA_BYTE))));
    return true;
  }

  @Override
  public void wake() {
    wakes.release();
  }

  @Override
  public void close() {
    bus.close();
  }

  static List<Byte> boxed(byte[] bytes) {
    Byte[] boxed = new Byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      boxed[i] = bytes[i];
    }
    return List.of(boxed);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(BOUND_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static final class Invisible implements ChannelRegistry {
    @Override
    public Entry register(RpmsgChannel channel) {
      return new Entry() {
        @Override
        public void update() {}

        @Override
        public void unregister() {}
      };
    }
  }
}
