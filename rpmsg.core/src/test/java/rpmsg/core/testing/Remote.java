// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.internal.Bus;
import rpmsg.core.internal.ChannelRegistry;
import rpmsg.core.internal.ServiceLog;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/**
 * A remote processor on a transport of a few lines: a ring of receive buffers with a receive thread
 * that parks, and transmit buffers, which a test can take away.
 */
public final class Remote implements TransportOps, AutoCloseable {
  public static final int MTU = 496;
  public static final int RING = 64;
  public static final Duration BOUND = Duration.ofSeconds(20);

  /** What came. */
  public final BlockingQueue<byte[]> got = new LinkedBlockingQueue<>();

  /** How often a sender found no free buffer. */
  public final AtomicLong backPressure = new AtomicLong();

  public final AtomicLong parks = new AtomicLong();
  public final List<RpmsgChannel> services = new CopyOnWriteArrayList<>();
  public final RecordingLog log = new RecordingLog();
  public final Bus bus = new Bus(this::register, new ServiceLog(log.logger()));
  public final AddressSpace space = bus.open(this);
  private final Semaphore transmit = new Semaphore(1_000_000);
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<RpmsgMessage> ring = new ArrayBlockingQueue<>(RING);
  private final Semaphore wakes = new Semaphore(0);
  private final Thread receiver = Thread.ofPlatform().daemon().name("receive").start(this::run);
  private volatile boolean stopped;

  /** Announces a service and returns its channel when a driver was probed, or none was there. */
  public RpmsgChannel announce(String name, int address) {
    ChannelInfo info = new ChannelInfo(name, RpmsgAddress.ANY, address);
    onControlQueue(() -> {
      try {
        space.createAnnounced(info);
      } catch (RpmsgException e) {
        log.logger().warn(e.getMessage());
      }
    });
    return services.stream().filter(c -> c.dst() == address).findFirst().orElseThrow();
  }

  public void withdraw(RpmsgChannel channel) {
    ChannelInfo info = new ChannelInfo(channel.name(), RpmsgAddress.ANY, channel.dst());
    onControlQueue(() -> {
      try {
        space.releaseAnnounced(info);
      } catch (RpmsgException e) {
        log.logger().warn(e.getMessage());
      }
    });
  }

  /** Runs it on the control queue and waits for its end. */
  public void onControlQueue(Runnable task) {
    CountDownLatch done = new CountDownLatch(1);
    assertTrue(
        space.execute(() -> {
          task.run();
          done.countDown();
        }));
    await("the control queue", () -> done.getCount() == 0);
  }

  /** Sends to a channel, waiting for a free buffer. */
  public void send(RpmsgChannel channel, byte[] bytes) {
    send(channel.dst(), channel.src(), bytes);
  }

  public void send(int src, int dst, byte[] bytes) {
    RpmsgMessage message = RpmsgMessage.of(src, dst, bytes);
    if (!ring.offer(message)) {
      backPressure.incrementAndGet();
      await("a free buffer", () -> ring.offer(message));
    }
  }

  /** Messages that were taken. */
  public long delivered() {
    return space.counters().get("delivered");
  }

  /** Whether all that was sent has been taken. */
  public boolean idle() {
    return ring.isEmpty() && receiver.getState() == Thread.State.TIMED_WAITING;
  }

  public boolean full() {
    return ring.remainingCapacity() == 0;
  }

  /** From now on there are no transmit buffers. */
  public void noBuffers() {
    transmit.drainPermits();
  }

  /** Whether somebody waits for a transmit buffer. */
  public boolean isAwaited() {
    return !waiting.isEmpty();
  }

  public void buffers(int count) {
    transmit.release(count);
    for (Runnable action; (action = waiting.poll()) != null; ) {
      action.run();
    }
  }

  public byte[] next() throws InterruptedException {
    byte[] next = got.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertTrue(next != null, "nothing came");
    return next;
  }

  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, "did not happen in time: " + what);
      Thread.yield();
    }
  }

  private void run() {
    try {
      RpmsgMessage next = null;
      while (!stopped) {
        next = next != null ? next : ring.poll(10, TimeUnit.MILLISECONDS);
        if (next != null && space.deliver(next)) {
          next = null;
        } else if (next != null) {
          parks.incrementAndGet();
          assertTrue(wakes.tryAcquire(BOUND.toSeconds(), TimeUnit.SECONDS), "it was not resumed");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    space.close();
    bus.close();
    stopped = true;
    wake();
    await("the receive thread's end", () -> !receiver.isAlive());
  }

  @Override
  public String name() {
    return "virtio0";
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean announces() {
    return true;
  }

  @Override
  public int mtu() {
    return MTU;
  }

  @Override
  public boolean send(int src, int dst, MemorySegment payload, long timeoutNanos) {
    if (!transmit.tryAcquire()) {
      return false;
    }
    got.add(payload.toArray(ValueLayout.JAVA_BYTE));
    return true;
  }

  @Override
  public boolean writable() {
    return transmit.availablePermits() > 0;
  }

  @Override
  public void whenWritable(Runnable action) {
    waiting.add(action);
    if (writable() && waiting.remove(action)) {
      action.run();
    }
  }

  @Override
  public void wake() {
    wakes.release();
  }

  private ChannelRegistry.Entry register(RpmsgChannel channel) {
    services.add(channel);
    return new ChannelRegistry.Entry() {
      @Override
      public void update() {}

      @Override
      public void unregister() {
        services.remove(channel);
      }
    };
  }
}
