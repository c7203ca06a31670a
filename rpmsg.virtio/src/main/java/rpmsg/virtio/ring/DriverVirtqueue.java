// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.invoke.VarHandle;

/**
 * The driver side of a split virtqueue: it owns the descriptors, makes buffers available and takes
 * them back used. Made by {@link VirtqueueConfig#driver()}.
 *
 * <p>One thread at a time. Nothing is allocated after construction, except for the one exception
 * that ends a broken queue. A broken queue writes nothing more, has no used buffers and takes none.
 */
public final class DriverVirtqueue {

  /** No descriptor. */
  public static final int NONE = -1;

  private final VirtqueueConfig config;
  private final Vring ring;
  private final int num;
  private final int mask;
  private final boolean eventIdx;
  private final Descriptors descriptors;

  /** By slot of the avail ring: the id that was added there last. */
  private final int[] addedIds;

  /** Avail indices that never wrap: entries written, entries visible, entries asked about. */
  private long added;

  private long published;
  private long kicked;

  /** Used indices that never wrap: elements taken, elements known to be there. */
  private long taken;

  private long limit;

  private int usedLength;
  private int flags;
  private int usedEvent;
  private RingFault fault;

  DriverVirtqueue(VirtqueueConfig config) {
    this.config = config;
    this.ring = config.vring();
    this.num = config.num();
    this.mask = num - 1;
    this.eventIdx = config.eventIdx();
    this.descriptors = new Descriptors(ring, num);
    this.addedIds = new int[num];
  }

  /**
   * Puts a buffer into the avail ring. The device does not see it before {@link #publishAvail()}.
   *
   * @param address as the device understands it
   * @param length in bytes, unsigned
   * @param flags of the descriptor, 16 bits; {@code next} stays 0
   * @return the id of its descriptor, from 0 to num - 1, or {@link #NONE} if no descriptor is free
   *     or the queue is broken
   */
  public int add(long address, int length, int flags) {
    if (descriptors.free() == 0 || fault != null) {
      return NONE;
    }
    int id = descriptors.next();
    add(id, address, length, flags);
    return id;
  }

  /**
   * The same with a descriptor of the caller's choice. A buffer that keeps its descriptor has it
   * written once, and the device finds the buffer where it was.
   *
   * @param id of a descriptor
   * @return false if that descriptor is not free or the queue is broken
   */
  public boolean add(int id, long address, int length, int flags) {
    if (fault != null || !descriptors.isFree(id)) {
      return false;
    }
    descriptors.take(id, added);
    descriptors.plainWrite(id, address, length, flags & 0xFFFF);
    addedIds[(int) added & mask] = id;
    ring.plainAvailEntry((int) added & mask, id);
    added++;
    return true;
  }

  /**
   * Stores the entry of the next {@link #add(int, long, int, int)} in advance, where it is not
   * valid yet, so that the cache line is this processor's by then.
   *
   * @param id of a free descriptor
   */
  public void prepareAvail(int id) {
    if (fault == null && descriptors.isFree(id)) {
      ring.plainAvailEntry((int) added & mask, id);
    }
  }

  /**
   * Makes visible all that was added since: one 16-bit release store of avail.idx (VIRTIO 1.2,
   * section 2.7.13.3).
   *
   * @return false if there was nothing to publish, or the queue is broken
   */
  public boolean publishAvail() {
    if (added == published || fault != null) {
      return false;
    }
    published = added;
    ring.publishAvailIndex((int) published);
    return true;
  }

  /**
   * Whether the device wants a kick for what was published since the last call (VIRTIO 1.2,
   * sections 2.7.10 and 2.7.13.4; LX124, LX125). A full fence comes before the device's wish is
   * read, so that either this side sees the wish or the device sees the buffers.
   */
  public boolean kickNeeded() {
    return kickNeeded(false);
  }

  /**
   * The same for a device that may fence for both sides.
   *
   * @param deviceFences whether the device fences all processors ({@link
   *     rpmsg.syscall.ProcessBarrier#GLOBAL}) between its wish and its last look at the avail ring:
   *     then no fence is needed here, only the order of the two accesses in the program
   */
  public boolean kickNeeded(boolean deviceFences) {
    if (published == kicked || fault != null) {
      return false;
    }
    long before = kicked;
    kicked = published;
    Vring.fence(deviceFences);
    return eventIdx
        ? Vring.passed(ring.acquireAvailEvent(), published, before)
        : (ring.acquireUsedFlags() & VringFlags.USED_NO_NOTIFY) == 0;
  }

  /**
   * Takes the next used buffer and frees its descriptor. Buffers may come back in any order.
   *
   * @return its id, or {@link #NONE} if there is none or the queue is broken
   * @throws VirtqueueException if used.idx moved by more than what is outstanding, or the element
   *     names no outstanding descriptor; the queue is broken from then on
   */
  public int nextUsed() {
    if (taken == limit && !acquireUsed()) {
      return NONE;
    }
    int slot = (int) taken & mask;
    int id = checkedId(ring.plainUsedId(slot));
    usedLength = ring.plainUsedLength(slot);
    descriptors.release(id);
    taken++;
    return id;
  }

  /**
   * Looks at used.idx, also while elements that an earlier look found are left.
   *
   * @return how many elements there are for {@link #nextUsed()}
   * @throws VirtqueueException as {@link #nextUsed()}
   */
  public int arrived() {
    if (fault != null) {
      return 0;
    }
    acquireUsed();
    return (int) (limit - taken);
  }

  /**
   * A guess at the next {@link #nextUsed()} that reads nothing: right where the device uses the
   * buffers in turn.
   */
  public int expected() {
    return addedIds[(int) taken & mask];
  }

  /**
   * The length that came with the last {@link #nextUsed()}: an unsigned 32-bit number, unchecked,
   * to be compared by {@link Integer#compareUnsigned} with what was made available.
   */
  public int usedLength() {
    return usedLength;
  }

  /** Whether there is something for {@link #nextUsed()}: a used buffer, or a fault. */
  public boolean hasUsed() {
    return fault == null && (taken != limit || ring.acquireUsedIndex() != usedIndex());
  }

  /**
   * Asks the device for no more interrupts; one may still come. With EVENT_IDX nothing is written:
   * the used_event left behind fires once and then stays silent for 65535 buffers (VIRTIO 1.2,
   * section 2.7.7.1).
   */
  public void suppressInterrupts() {
    if (!eventIdx) {
      writeFlags(VringFlags.AVAIL_NO_INTERRUPT);
    }
  }

  /**
   * Asks the device for an interrupt at the next used buffer, and looks once more after a full
   * fence (VIRTIO 1.2, section 2.7.14). With EVENT_IDX the wish holds for one interrupt.
   *
   * @return true if something is there already, so that no interrupt may come for it
   */
  public boolean enableInterrupts() {
    if (eventIdx) {
      writeUsedEvent();
    } else {
      writeFlags(0);
    }
    VarHandle.fullFence();
    return hasUsed();
  }

  /** How many descriptors are free. */
  public int free() {
    return descriptors.free();
  }

  /** How many buffers were added and have not come back. */
  public int outstanding() {
    return num - descriptors.free();
  }

  /** Whether the device broke the rules. */
  public boolean broken() {
    return fault != null;
  }

  /** What broke the queue, or null. */
  public RingFault fault() {
    return fault;
  }

  /** avail.idx as this side published it last, from 0 to 65535. */
  public int availIndex() {
    return (int) published & 0xFFFF;
  }

  /** The used index up to which this side has taken buffers, from 0 to 65535. */
  public int usedIndex() {
    return (int) taken & 0xFFFF;
  }

  /** What this queue was made of. */
  public VirtqueueConfig config() {
    return config;
  }

  @Override
  public String toString() {
    return "DriverVirtqueue{num=%d avail=%d used=%d outstanding=%d fault=%s}"
        .formatted(num, availIndex(), usedIndex(), outstanding(), fault);
  }

  private boolean acquireUsed() {
    if (fault != null) {
      return false;
    }
    int moved = (ring.acquireUsedIndex() - usedIndex()) & 0xFFFF;
    long possible = published - taken;
    if (moved > possible) {
      throw broken(
          RingFault.INDEX_JUMP,
          "used.idx expected to move by at most " + possible + ", actual " + moved);
    }
    limit = taken + moved;
    return moved != 0;
  }

  private int checkedId(int id) {
    if (Integer.compareUnsigned(id, num) >= 0) {
      throw broken(
          RingFault.ID_OUT_OF_RANGE,
          "used.id expected below " + num + ", actual " + Integer.toUnsignedString(id));
    }
    if (!descriptors.outstanding(id, published)) {
      throw broken(
          RingFault.ID_NOT_OUTSTANDING,
          "used.id expected one of " + (published - taken) + " outstanding, actual " + id);
    }
    return id;
  }

  private VirtqueueException broken(RingFault what, String message) {
    fault = what;
    limit = taken;
    return new VirtqueueException(what, message);
  }

  private void writeFlags(int value) {
    if (flags != value && fault == null) {
      flags = value;
      ring.publishAvailFlags(value);
    }
  }

  private void writeUsedEvent() {
    if (usedEvent != usedIndex() && fault == null) {
      usedEvent = usedIndex();
      ring.publishUsedEvent(usedEvent);
    }
  }
}
