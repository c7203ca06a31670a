// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.internal.Bus;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.core.spi.TransportOps;

/**
 * A transport of a few lines on a real bus, with the channel of a control device. The thread that
 * calls {@link #receive} is its receive thread.
 */
final class TestLink implements TransportOps, AutoCloseable {
  static final int MTU = 496;

  /** What the peer got: {@code src>dst text}, addresses in hex. */
  final List<String> sent = new CopyOnWriteArrayList<>();

  final Semaphore buffers = new Semaphore(1_000_000);
  final AtomicInteger asked = new AtomicInteger();
  final AddressSpace space;
  private final String name;
  private final Queue<Runnable> whenWritable = new ConcurrentLinkedQueue<>();
  private volatile Runnable onWake = () -> {};
  private volatile boolean channels = true;
  private volatile boolean down;

  TestLink(Bus bus, String name) throws RpmsgException {
    this.name = name;
    space = bus.open(this);
    space.createChannel(new ChannelInfo("rpmsg_ctrl", 0, 0)).setDriverOverride("rpmsg_ctrl");
    settle();
  }

  /** Waits until all that was queued on the control queue until now has run. */
  void settle() {
    CountDownLatch done = new CountDownLatch(1);
    assertTrue(space.execute(done::countDown), "the control queue is closed");
    await(done);
  }

  static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(Bounded.SECONDS, TimeUnit.SECONDS), "not in time");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A message from address 9. */
  void receive(int dst, String text) {
    assertTrue(space.deliver(RpmsgMessage.of(9, dst, text.getBytes(ISO_8859_1))));
  }

  /** What the name service does with an announcement. */
  void announced(String channel, int address) {
    onControlQueue(
        () -> space.createAnnounced(new ChannelInfo(channel, RpmsgAddress.ANY, address)));
  }

  /** What it does with a withdrawal. */
  void withdrawn(String channel, int address) {
    onControlQueue(
        () -> space.releaseAnnounced(new ChannelInfo(channel, RpmsgAddress.ANY, address)));
  }

  /** What the bus may refuse. */
  interface Task {
    void run() throws RpmsgException;
  }

  private void onControlQueue(Task task) {
    List<RpmsgException> refused = new CopyOnWriteArrayList<>();
    space.execute(() -> {
      try {
        task.run();
      } catch (RpmsgException e) {
        refused.add(e);
      }
    });
    settle();
    assertTrue(refused.isEmpty(), refused::toString);
  }

  /** Runs when an endpoint was made, before who made it has it: a patient bus wakes us then. */
  void onNewEndpoint(Runnable action) {
    onWake = action;
    space.bePatient(TimeUnit.SECONDS.toNanos(Bounded.SECONDS));
  }

  void withoutChannels() {
    channels = false;
  }

  /** From now on nothing can be sent; the address space is closed a little later. */
  void goDown() {
    down = true;
  }

  /** Frees buffers and runs what was to be run then. */
  void free(int count) {
    buffers.release(count);
    for (Runnable action; (action = whenWritable.poll()) != null; ) {
      space.execute(action);
    }
  }

  @Override
  public String name() {
    return name;
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
  public boolean hasChannels() {
    return channels;
  }

  @Override
  public int mtu() {
    return MTU;
  }

  @Override
  public boolean send(int src, int dst, MemorySegment payload, long timeoutNanos)
      throws RpmsgException {
    checkUp();
    if (!buffers.tryAcquire()) {
      return false;
    }
    byte[] bytes = payload.toArray(ValueLayout.JAVA_BYTE);
    sent.add("%x>%x %s".formatted(src, dst, dst == 53 ? announcement(bytes) : text(bytes)));
    return true;
  }

  private void checkUp() throws RpmsgException {
    if (down) {
      throw new RpmsgException(Errno.ENODEV, "the link is down");
    }
  }

  private static String announcement(byte[] bytes) {
    NameServiceMessage message = NameServiceMessage.decode(bytes, ByteOrder.LITTLE_ENDIAN);
    return (message.destroy() ? "DESTROY " : "CREATE ") + message.name();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  @Override
  public boolean writable() {
    return !down && buffers.availablePermits() > 0;
  }

  @Override
  public void whenWritable(Runnable action) throws RpmsgException {
    checkUp();
    asked.incrementAndGet();
    whenWritable.add(action);
  }

  @Override
  public void wake() {
    onWake.run();
  }

  @Override
  public void close() {
    space.close();
  }
}
