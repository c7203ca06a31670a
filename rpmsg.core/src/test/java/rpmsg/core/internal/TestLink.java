// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import rpmsg.core.BufferClaim;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.core.spi.TransportOps;

/** A transport of a few lines: a pool of transmit buffers, and a list of what was sent. */
final class TestLink implements TransportOps, AutoCloseable {
  static final int MTU = 496;

  /** What the peer got. */
  record Sent(int src, int dst, byte[] payload) {
    String text() {
      return new String(payload, StandardCharsets.ISO_8859_1);
    }
  }

  final List<Sent> sent = new CopyOnWriteArrayList<>();
  final List<Long> timeouts = new CopyOnWriteArrayList<>();
  final Semaphore buffers = new Semaphore(1_000_000);
  final Semaphore wakes = new Semaphore(0);
  final AddressSpace space;
  private final String name;
  private final List<String> events;
  private volatile Consumer<Sent> peer = message -> {};
  private volatile RuntimeException broken;
  private volatile boolean down;
  private volatile boolean announces;
  private volatile boolean channels = true;

  TestLink(TestBus bus) {
    this(bus, "virtio0");
  }

  TestLink(TestBus bus, String name) {
    this(bus, name, true);
  }

  TestLink(TestBus bus, String name, boolean announces) {
    this.name = name;
    this.announces = announces;
    this.events = bus.events;
    space = bus.bus.open(this);
  }

  /** What the peer does with what it gets; runs on the sender's thread. */
  TestLink peer(Consumer<Sent> action) {
    peer = action;
    return this;
  }

  TestLink withoutAnnouncements() {
    announces = false;
    return this;
  }

  TestLink withoutChannels() {
    channels = false;
    return this;
  }

  /** From now on nothing can be sent. */
  void goDown() {
    down = true;
  }

  void breakWith(RuntimeException failure) {
    broken = failure;
  }

  static MemorySegment bytes(int length) {
    return MemorySegment.ofArray(new byte[length]);
  }

  static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static RpmsgMessage message(int src, int dst, String text) {
    return RpmsgMessage.of(src, dst, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static String text(RpmsgMessage message) {
    return new String(message.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  /** Waits until all that was queued on the control queue until now has run. */
  void settle() {
    CountDownLatch done = new CountDownLatch(1);
    assertTrue(space.execute(done::countDown), "control queue is full or closed");
    Bounded.await(done);
  }

  /** A task that may fail. */
  interface Task {
    void run() throws RpmsgException;
  }

  /** Runs a task on the control queue, waits for it and throws what it threw. */
  void onControlQueue(Task task) throws RpmsgException {
    CompletableFuture<Void> done = new CompletableFuture<>();
    assertTrue(space.execute(() -> complete(done, task)));
    try {
      done.get(Bounded.SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RpmsgException refused) {
        throw refused;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static void complete(CompletableFuture<Void> done, Task task) {
    try {
      task.run();
      done.complete(null);
    } catch (RpmsgException | RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  /** What the name service does with a CREATE. */
  void announced(String channel, int address) throws RpmsgException {
    onControlQueue(
        () -> space.createAnnounced(new ChannelInfo(channel, RpmsgAddress.ANY, address)));
  }

  Channel channel(ChannelInfo info) throws RpmsgException {
    Channel channel = (Channel) space.createChannel(info);
    settle();
    return channel;
  }

  void release(ChannelInfo query) throws RpmsgException {
    space.releaseChannel(query);
    settle();
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
    return announces;
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
    timeouts.add(timeoutNanos);
    if (!takeBuffer(timeoutNanos)) {
      return false;
    }
    Sent message = new Sent(src, dst, payload.toArray(ValueLayout.JAVA_BYTE));
    sent.add(message);
    events.add(describe(message));
    peer.accept(message);
    return true;
  }

  private boolean takeBuffer(long timeoutNanos) throws RpmsgException {
    if (broken != null) {
      throw broken;
    }
    if (down) {
      throw new RpmsgException(Errno.ENODEV, "the link is down");
    }
    try {
      return buffers.tryAcquire(timeoutNanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpmsgException(Errno.EINTR, "interrupted while waiting for a tx buffer");
    }
  }

  private static String describe(Sent message) {
    if (message.dst() != RpmsgAddress.NAME_SERVICE) {
      return "send " + message.text();
    }
    NameServiceMessage ns = NameServiceMessage.decode(message.payload(), ByteOrder.LITTLE_ENDIAN);
    return (ns.destroy() ? "DESTROY " : "CREATE ") + ns.name();
  }

  @Override
  public BufferClaim claim(int src, int dst, int length, long timeoutNanos) throws RpmsgException {
    timeouts.add(timeoutNanos);
    return takeBuffer(timeoutNanos) ? new Claim(src, dst, bytes(length)) : null;
  }

  private final class Claim implements BufferClaim {
    private final int src;
    private final int dst;
    private final MemorySegment segment;

    Claim(int src, int dst, MemorySegment segment) {
      this.src = src;
      this.dst = dst;
      this.segment = segment;
    }

    @Override
    public int length() {
      return (int) segment.byteSize();
    }

    @Override
    public MemorySegment segment() {
      return segment;
    }

    @Override
    public void publish() {
      sent.add(new Sent(src, dst, segment.toArray(ValueLayout.JAVA_BYTE)));
    }

    @Override
    public void abort() {
      buffers.release();
    }
  }

  @Override
  public boolean writable() {
    return buffers.availablePermits() > 0;
  }

  @Override
  public void whenWritable(Runnable action) {
    action.run();
  }

  @Override
  public void wake() {
    wakes.release();
  }

  @Override
  public void close() {
    space.close();
  }
}
