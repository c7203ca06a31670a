// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import rpmsg.core.internal.Uninterrupted;
import rpmsg.virtio.internal.link.DeviceConfig;
import rpmsg.virtio.internal.link.DeviceMemory;
import rpmsg.virtio.internal.link.Doorbell;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.Links;
import rpmsg.virtio.internal.link.Pool;
import rpmsg.virtio.ring.VirtqueueConfig;

/**
 * A link that is not described by a resource table: features of 64 bits, and a record of what was
 * written and rung in which order. Writing the status rings at nobody here, so that each ring in
 * the record is the kick of a queue.
 */
final class FakeLink implements Link, DeviceConfig, Doorbell {
  final List<String> record = new CopyOnWriteArrayList<>();

  /** How long each wait was to be. */
  final Queue<Long> awaits = new ConcurrentLinkedQueue<>();

  final long offered;
  final boolean acceptsFeatures;
  final RawQueue queue0;
  final RawQueue queue1;
  private final Link memory;
  private final AtomicBoolean rung = new AtomicBoolean();
  private volatile int status;
  private volatile long accepted;

  /** What the session told its doorbell to look for. */
  volatile BooleanSupplier news;

  /** Until when who waits is held back. */
  volatile CountDownLatch sleep;

  volatile boolean asleep;

  /** How often the idle strategy was to start anew. */
  final AtomicInteger actives = new AtomicInteger();

  /** Whether its doorbell does. */
  volatile boolean rings = true;

  FakeLink(String name, long offered, boolean acceptsFeatures) throws LinkException {
    this.offered = offered;
    this.acceptsFeatures = acceptsFeatures;
    memory = Links.open("loopback:" + name, "", 0, LinkOptions.DEFAULT);
    MemorySegment bytes = memory().at(0, memory().byteSize());
    queue0 = new RawQueue(bytes, order(), 0x4000, 0x5000, 0x6000);
    queue1 = new RawQueue(bytes, order(), 0x8000, 0x9000, 0xA000);
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public void status(int value) {
    record.add("status " + value + (value == 7 || value == 15 ? availIndex() : ""));
    status = acceptsFeatures ? value : value & ~8;
  }

  private String availIndex() {
    return " posted " + queue0.availIndex();
  }

  @Override
  public long deviceFeatures() {
    return offered;
  }

  @Override
  public long driverFeatures() {
    return accepted;
  }

  @Override
  public void driverFeatures(long value) {
    record.add("features " + Long.toHexString(value));
    accepted = value;
  }

  @Override
  public void ring() {
    record.add("ring");
  }

  @Override
  public boolean await(long nanos) {
    awaits.add(nanos);
    sleepIfToldTo();
    Thread.yield();
    return rung.getAndSet(false);
  }

  private void sleepIfToldTo() {
    CountDownLatch end = sleep;
    if (end != null) {
      asleep = true;
      Uninterrupted.await(n -> end.await(n, TimeUnit.NANOSECONDS), TestNode.BOUND);
      asleep = false;
    }
  }

  @Override
  public void lookFor(BooleanSupplier news) {
    this.news = news;
  }

  @Override
  public boolean poll() {
    return rung.getAndSet(false);
  }

  @Override
  public void wake() {
    rung.set(true);
  }

  @Override
  public boolean rings() {
    return rings;
  }

  @Override
  public void active() {
    actives.incrementAndGet();
  }

  @Override
  public boolean connected() {
    return true;
  }

  @Override
  public boolean seesPeerGo() {
    return true;
  }

  @Override
  public boolean peerClosed() {
    return false;
  }

  @Override
  public int configLength() {
    return 0;
  }

  @Override
  public int config(int offset) {
    throw new IndexOutOfBoundsException(offset);
  }

  @Override
  public String description() {
    return "fake";
  }

  @Override
  public DeviceMemory memory() {
    return memory.memory();
  }

  @Override
  public ByteOrder order() {
    return memory.order();
  }

  @Override
  public DeviceConfig config() {
    return this;
  }

  @Override
  public VirtqueueConfig ring(int index, boolean eventIdx) throws LinkException {
    return memory.ring(index, eventIdx);
  }

  @Override
  public Pool pool() {
    return memory.pool();
  }

  @Override
  public Doorbell doorbell() {
    return this;
  }

  @Override
  public void check() {}

  @Override
  public void close() {
    memory.close();
  }
}
