// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * A virtqueue that is not active yet: where the three parts of its ring lie and how they are read.
 * {@link #driver()} and {@link #device()} make it one side's active queue. All parts must be
 * writable, and open for as long as a queue of them is used.
 *
 * @param desc descriptor table: 16 bytes for each descriptor
 * @param avail avail ring, aligned to 2 bytes: flags, idx, ring, with EVENT_IDX used_event
 * @param used used ring, aligned to 4 bytes: flags, idx, ring, with EVENT_IDX avail_event
 * @param num number of descriptors, a power of two from 1 to 32768
 * @param order byte order of all its fields: little-endian for a modern device, that of the driver
 *     for a legacy one (VIRTIO 1.2, section 2.7.3)
 * @param eventIdx whether VIRTIO_F_EVENT_IDX was negotiated
 */
public record VirtqueueConfig(
    MemorySegment desc,
    MemorySegment avail,
    MemorySegment used,
    int num,
    ByteOrder order,
    boolean eventIdx) {

  private static final int DESC_ALIGN = 4;
  private static final int AVAIL_ALIGN = 2;
  private static final int USED_ALIGN = 4;

  /**
   * Checks that each part is there and can be accessed.
   *
   * @throws IllegalArgumentException if a part is too short, misaligned or read-only
   */
  public VirtqueueConfig {
    Objects.requireNonNull(order, "order");
    VringLayout.checkNum(num);
    checkPart("descriptor table", desc, VringLayout.descSize(num), DESC_ALIGN);
    checkPart("avail ring", avail, VringLayout.availSize(num, eventIdx), AVAIL_ALIGN);
    checkPart("used ring", used, VringLayout.usedSize(num, eventIdx), USED_ALIGN);
  }

  /**
   * A ring whose parts lie together in one memory.
   *
   * @param memory what the ring lies in
   * @param offset of the ring in the memory, in bytes. Indices are read and written with one access
   *     each, so the ring must be aligned to 4 bytes.
   * @param layout where its parts lie
   * @throws IllegalArgumentException if it lies outside, is misaligned or read-only, or if
   *     EVENT_IDX is asked for with a layout that has no room for it
   */
  public VirtqueueConfig(
      MemorySegment memory, long offset, VringLayout layout, ByteOrder order, boolean eventIdx) {
    MemorySegment ring = checkedRing(memory, offset, layout, eventIdx);
    this(
        ring.asSlice(layout.descOffset(), layout.availOffset()),
        ring.asSlice(layout.availOffset(), layout.usedOffset() - layout.availOffset()),
        ring.asSlice(layout.usedOffset()),
        layout.num(),
        order,
        eventIdx);
  }

  /**
   * Zeroes the ring and gives its driver side. The device must not look at the ring before the
   * caller has told it so (DRIVER_OK).
   */
  public DriverVirtqueue driver() {
    desc.fill((byte) 0);
    avail.fill((byte) 0);
    used.fill((byte) 0);
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
    int usedIndex = ring.acquireUsedIndex();
    int availIndex = ring.acquireAvailIndex();
    return new DeviceVirtqueue(this, ring, firstToTake(availIndex, usedIndex), usedIndex);
  }

  /**
   * Gives the device side as {@link #device()} does, for a caller that knows where to go on.
   *
   * @param availIndex index of the first entry to take: 0 for a ring whose driver has just started
   */
  public DeviceVirtqueue device(int availIndex) {
    return device(availIndex, InFlight.NONE);
  }

  /**
   * Gives the device side as {@link #device(int)} does, and goes on with what an earlier device had
   * in hand: it is taken first, in the same order, and what only was to be returned is returned.
   * The avail index then follows from used.idx and what was in hand.
   *
   * @param availIndex counts only if {@code inFlight} knows of no earlier device
   */
  public DeviceVirtqueue device(int availIndex, InFlight inFlight) {
    Vring ring = vring();
    int usedIndex = ring.acquireUsedIndex();
    int[] inHand = inFlight.resume(usedIndex);
    int from = inHand == null ? availIndex : usedIndex + inHand.length;
    DeviceVirtqueue queue = new DeviceVirtqueue(this, ring, from & 0xFFFF, usedIndex);
    queue.resume(inFlight, inHand);
    return queue;
  }

  Vring vring() {
    return new Vring(this);
  }

  private int firstToTake(int availIndex, int usedIndex) {
    int behind = (usedIndex - availIndex) & 0xFFFF;
    boolean prefilled = behind > 0 && behind <= num && behind < 0x8000;
    return prefilled ? usedIndex - num : usedIndex;
  }

  private static MemorySegment checkedRing(
      MemorySegment memory, long offset, VringLayout layout, boolean eventIdx) {
    if (offset < 0 || offset > memory.byteSize() - layout.size()) {
      throw new IllegalArgumentException(
          "ring: expected within memory of %d bytes, actual offset %d and size %d"
              .formatted(memory.byteSize(), offset, layout.size()));
    }
    if (eventIdx && !layout.hasEvents()) {
      throw new IllegalArgumentException("EVENT_IDX: no room for the event fields in " + layout);
    }
    return memory.asSlice(offset, layout.size());
  }

  private static void checkPart(String what, MemorySegment part, long size, int align) {
    if (part.isReadOnly()) {
      throw new IllegalArgumentException(what + ": expected writable, actual read-only");
    }
    if (part.byteSize() < size) {
      throw new IllegalArgumentException(
          "%s: expected at least %d bytes, actual %d".formatted(what, size, part.byteSize()));
    }
    if (part.maxByteAlignment() < align) {
      throw new IllegalArgumentException(
          "%s: expected aligned to %d bytes, actual %d in %s"
              .formatted(what, align, part.maxByteAlignment(), part));
    }
  }
}
