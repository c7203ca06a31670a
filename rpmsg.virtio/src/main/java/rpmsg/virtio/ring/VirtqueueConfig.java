// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A virtqueue that is not active yet: where its ring lies and how it is read. {@link #driver()} and
 * {@link #device()} make it one side's active queue.
 *
 * @param memory what the ring lies in; writable, and open for as long as a queue of it is used
 * @param offset of the ring in the memory, in bytes. Indices are read and written with one access
 *     each, so the ring must be aligned to 4 bytes.
 * @param layout where its parts lie
 * @param order byte order of all its fields: little-endian for a modern device, that of the driver
 *     for a legacy one (VIRTIO 1.2, section 2.7.3)
 * @param eventIdx whether VIRTIO_F_EVENT_IDX was negotiated
 */
public record VirtqueueConfig(
    MemorySegment memory, long offset, VringLayout layout, ByteOrder order, boolean eventIdx) {

  private static final int MIN_ALIGN = 4;

  /**
   * Checks that the ring is in the memory and can be accessed there.
   *
   * @throws IllegalArgumentException if it lies outside, is misaligned or read-only, or if
   *     EVENT_IDX is asked for with a layout that has no room for it
   */
  public VirtqueueConfig {
    Objects.requireNonNull(order, "order");
    checkWithin(memory.byteSize(), offset, layout.size());
    checkAccess(memory, offset);
    if (eventIdx && !layout.hasEvents()) {
      throw new IllegalArgumentException("EVENT_IDX: no room for the event fields in " + layout);
    }
  }

  /**
   * Zeroes the ring and gives its driver side. The device must not look at the ring before the
   * caller has told it so (DRIVER_OK).
   */
  public DriverVirtqueue driver() {
    slice().fill((byte) 0);
    VarHandle.releaseFence();
    return new DriverVirtqueue(this);
  }

  /**
   * Gives the device side of a ring that a driver has set up. It continues from the used.idx that
   * it finds.
   *
   * <p>The first entry to take is the one at that same index, for a fresh ring as for one that an
   * earlier device left with nothing in hand. An RPMsg-Lite driver, however, fills the used ring of
   * its transmit queue before it starts: used.idx is then {@code num} ahead of what was taken. That
   * is recognised while avail.idx lies behind used.idx. Once the driver has also made available
   * exactly {@code num} buffers, the two cases look alike: a link that knows its peer uses {@link
   * #device(int)}.
   */
  public DeviceVirtqueue device() {
    Vring ring = vring();
    int used = ring.acquireUsedIndex();
    int avail = ring.acquireAvailIndex();
    return new DeviceVirtqueue(this, ring, firstToTake(avail, used), used);
  }

  /**
   * Gives the device side as {@link #device()} does, for a caller that knows where to go on.
   *
   * @param availIndex index of the first entry to take: 0 for a ring whose driver has just started
   */
  public DeviceVirtqueue device(int availIndex) {
    Vring ring = vring();
    return new DeviceVirtqueue(this, ring, availIndex & 0xFFFF, ring.acquireUsedIndex());
  }

  Vring vring() {
    return new Vring(slice(), layout, order);
  }

  private int firstToTake(int avail, int used) {
    int behind = (used - avail) & 0xFFFF;
    boolean prefilled = behind > 0 && behind <= layout.num() && behind < 0x8000;
    return prefilled ? used - layout.num() : used;
  }

  private MemorySegment slice() {
    return memory.asSlice(offset, layout.size());
  }

  private static void checkWithin(long memorySize, long offset, int size) {
    if (offset < 0 || offset > memorySize - size) {
      throw new IllegalArgumentException(
          "ring: expected within memory of %d bytes, actual offset %d and size %d"
              .formatted(memorySize, offset, size));
    }
  }

  private static void checkAccess(MemorySegment memory, long offset) {
    if (memory.isReadOnly()) {
      throw new IllegalArgumentException("memory: expected writable, actual read-only");
    }
    long actual = memory.asSlice(offset).maxByteAlignment();
    if (actual < MIN_ALIGN) {
      throw new IllegalArgumentException(
          "ring: expected aligned to %d bytes, actual %d at offset %d of %s"
              .formatted(MIN_ALIGN, actual, offset, memory));
    }
  }
}
