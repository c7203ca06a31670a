// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.Links;
import rpmsg.virtio.internal.transport.TransportConfig.Role;
import rpmsg.virtio.internal.wire.RpmsgHeader;
import rpmsg.virtio.ring.VirtqueueConfig;

/** The other end of a loopback as nothing but two rings, driven by the thread of a benchmark. */
abstract class RingPeer implements AutoCloseable {
  static final int BUFFER_SIZE = 512;

  private static final int DRIVER_OK = 4;
  private static final long BOUND_NANOS = 20_000_000_000L;

  final Link link;
  final MemorySegment memory;
  final RpmsgHeader header;
  private final MemorySegment[] buffers;

  RingPeer(String name) throws LinkException {
    link = Links.open(name, "poll", 1, LinkOptions.DEFAULT);
    memory = link.memory().at(0, link.memory().byteSize());
    header = new RpmsgHeader(link.order());
    buffers = new MemorySegment[ring(0).num() + ring(1).num()];
  }

  /** The peer of a node with this role, which was started at index 0. */
  static RingPeer of(Role node, String link) throws LinkException {
    return node == Role.HOST ? new DevicePeer(link) : new DriverPeer(link);
  }

  /** Takes one message of the node and gives its buffer back. */
  abstract boolean take();

  /** Sends a message to the node; false when no buffer is free. */
  abstract boolean put(int dst, MemorySegment payload);

  /** Fills the buffer that lies at an address; its view is made once. */
  void fill(long address, int dst, MemorySegment payload) {
    int index = (int) ((address - link.pool().offset()) / BUFFER_SIZE);
    if (buffers[index] == null) {
      buffers[index] = memory.asSlice(address, BUFFER_SIZE);
    }
    MemorySegment buffer = buffers[index];
    int length = (int) payload.byteSize();
    header.write(buffer, 1, dst, length);
    MemorySegment.copy(payload, 0, buffer, RpmsgHeader.SIZE, length);
  }

  VirtqueueConfig ring(int index) throws LinkException {
    return link.ring(index, false);
  }

  boolean driverOk() {
    return (link.config().status() & DRIVER_OK) != 0;
  }

  void driverIsOk() {
    link.config().status(DRIVER_OK);
  }

  /** Spins until a condition holds, bounded. */
  static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + BOUND_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("the node does not go on");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
