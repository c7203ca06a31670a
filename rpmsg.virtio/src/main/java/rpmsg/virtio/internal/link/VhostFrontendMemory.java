// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.virtio.internal.vhost.MemoryRegion;
import rpmsg.virtio.internal.vhost.VringAddress;
import rpmsg.virtio.ring.VirtqueueConfig;
import rpmsg.virtio.ring.VringLayout;

/**
 * The memory that a front-end shares: one memfd of a fixed size, one region. The rings and the pool
 * lie where {@link TableLayout} places them, with nothing in the place of the table.
 *
 * <p>The addresses are made up, and the two kinds lie apart, so that one that is taken for the
 * other is in no region: descriptors have guest addresses, SET_VRING_ADDR has user addresses.
 */
final class VhostFrontendMemory implements DeviceMemory, AutoCloseable {

  /** Guest address of the first byte. */
  static final long GUEST = 0x4000_0000L;

  /** User address of the first byte: beyond the end of the largest memory at {@link #GUEST}. */
  static final long USER = 0x10_0000_0000L;

  private static final long RING_GRAIN = 0x4000;
  private static final long POOL_GRAIN = 0x10000;

  private final Fd memfd;
  private final Arena arena;
  private final MemorySegment segment;
  private final VringLayout layout;
  private final long[] rings;
  private final Pool pool;

  private VhostFrontendMemory(
      Fd memfd, Arena arena, MemorySegment segment, VringLayout layout, long[] rings, long pool) {
    this.memfd = memfd;
    this.arena = arena;
    this.segment = segment;
    this.layout = layout;
    this.rings = rings;
    this.pool = new Pool(GUEST + pool, segment.byteSize() - pool);
  }

  /** Zeros, as large as the options say, and larger if rings and pool need it. */
  static VhostFrontendMemory create(LinkOptions options) throws ErrnoException {
    VringLayout layout = VringLayout.of(options.num(), options.align());
    long grain = Math.max(RING_GRAIN, options.align());
    long first = grain;
    long second = Vring.alignUp(first + layout.size(), grain);
    long pool = Vring.alignUp(second + layout.size(), POOL_GRAIN);
    long size = Math.max(options.memorySize(), pool + options.poolSize());
    Fd memfd = SharedMemory.create("rpmsg-vhost", size);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment segment = SharedMemory.map(memfd, 0, size, arena);
      return new VhostFrontendMemory(
          memfd, arena, segment, layout, new long[] {first, second}, pool);
    } catch (IOException | RuntimeException e) {
      arena.close();
      memfd.close();
      throw e;
    }
  }

  @Override
  public MemorySegment at(long address, long length) {
    boolean within =
        address >= GUEST && length >= 0 && address - GUEST <= segment.byteSize() - length;
    return within ? segment.asSlice(address - GUEST, length) : null;
  }

  @Override
  public long byteSize() {
    return segment.byteSize();
  }

  /** The memfd, to be sent. Still owned by this object. */
  Fd memfd() {
    return memfd;
  }

  /** Where the memory is, for SET_MEM_TABLE. */
  MemoryRegion region() {
    return new MemoryRegion(GUEST, segment.byteSize(), USER, 0);
  }

  /** Descriptors of each ring. */
  int num() {
    return layout.num();
  }

  /** Where a ring is, for SET_VRING_ADDR. */
  VringAddress address(int index) {
    long ring = USER + rings[index];
    return new VringAddress(
        index, 0, ring + layout.descOffset(), ring + layout.usedOffset(), availAddress(ring), 0);
  }

  private long availAddress(long ring) {
    return ring + layout.availOffset();
  }

  VirtqueueConfig ring(int index, ByteOrder order, boolean eventIdx) {
    return new VirtqueueConfig(segment, rings[index], layout, order, eventIdx);
  }

  /** Guest addresses. */
  Pool pool() {
    return pool;
  }

  void dump(Appendable out) throws IOException {
    out.append("  %s%n".formatted(region()));
    for (int i = 0; i < rings.length; i++) {
      VringAddress at = address(i);
      out.append(
          "  vring%d num=%d desc=0x%x avail=0x%x used=0x%x%n"
              .formatted(i, layout.num(), at.descriptors(), at.avail(), at.used()));
    }
  }

  /** Unmaps it. The back-end may go on with its own mapping. Idempotent. */
  @Override
  public void close() {
    if (memfd.isOpen()) {
      memfd.close();
      arena.close();
    }
  }
}
