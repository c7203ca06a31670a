// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The device side of a split virtqueue: it takes the buffers that the driver makes available and
 * gives them back used, in any order. Made by {@link VirtqueueConfig#device()}.
 *
 * <p>One thread at a time. Nothing is allocated after construction, except for the one exception
 * that ends a broken queue. A broken queue writes nothing more and has no available buffers.
 */
public final class DeviceVirtqueue {

  /** No descriptor. */
  public static final int NONE = -1;

  private static final int UNKNOWN = -1;

  private VirtqueueConfig config;
  private Vring ring;
  private final int num;
  private final int mask;
  private final boolean eventIdx;

  private InFlight inFlight = InFlight.NONE;

  /** What an earlier device had in hand: taken before anything else, from the next one on. */
  private int[] resumed = {};

  private int nextResumed;

  private final boolean[] held;
  private int inHand;

  /** By slot of the avail ring: the id that was taken from there last. */
  private final int[] takenIds;

  /** Avail indices that never wrap: entries taken, entries known to be there. */
  private long taken;

  private long limit;
  private final long first;

  /** Used indices that never wrap: elements written, elements visible, elements asked about. */
  private long added;

  private long published;
  private long signalled;

  private long address;
  private int length;
  private int descFlags;

  /** What this side last wrote; unknown at first, for an earlier device may have left anything. */
  private int flags = UNKNOWN;

  private int availEvent = UNKNOWN;
  private long badEntries;
  private RingFault fault;

  DeviceVirtqueue(VirtqueueConfig config, Vring ring, int availIndex, int usedIndex) {
    this.config = config;
    this.ring = ring;
    this.num = config.num();
    this.mask = num - 1;
    this.eventIdx = config.eventIdx();
    this.held = new boolean[num];
    this.takenIds = new int[num];
    Arrays.fill(takenIds, NONE);
    this.taken = this.limit = this.first = availIndex;
    this.added = this.published = this.signalled = usedIndex;
  }

  /** Takes over what was in hand; null for nothing. */
  void resume(InFlight notes, int[] inHand) {
    inFlight = notes;
    if (inHand == null) {
      return;
    }
    int[] undone = new int[inHand.length];
    int count = 0;
    for (int id : inHand) {
      if (notes.done(id)) {
        held[id] = true;
        this.inHand++;
        addUsed(id, ring.plainDescLength(id));
      } else {
        undone[count++] = id;
      }
    }
    publishUsed();
    resumed = Arrays.copyOf(undone, count);
  }

  /**
   * Takes the next available buffer; {@link #address()}, {@link #length()} and {@link #flags()}
   * then are its own. An entry that names no descriptor, or one that is in hand already, is skipped
   * and counted: it stands for no buffer, so nothing is lost with it. One call looks at num entries
   * at most.
   *
   * @return the id of its head descriptor, or {@link #NONE} if there is none or the queue is broken
   * @throws VirtqueueException if avail.idx moved by more than num; the queue is broken from then
   *     on
   */
  public int nextAvail() {
    if (nextResumed < resumed.length && fault == null) {
      return take(resumed[nextResumed++]);
    }
    if (taken == limit && !acquireAvail()) {
      return NONE;
    }
    do {
      int slot = (int) taken++ & mask;
      int id = ring.plainAvailEntry(slot);
      if (id < num && !held[id]) {
        takenIds[slot] = id;
        inFlight.taken(id);
        return take(id);
      }
      takenIds[slot] = NONE;
      badEntries++;
    } while (taken != limit);
    return NONE;
  }

  /**
   * Looks at avail.idx, also while entries that an earlier look found are left.
   *
   * @return how many entries there are for {@link #nextAvail()}, usable or not
   * @throws VirtqueueException as {@link #nextAvail()}
   */
  public int arrived() {
    if (fault != null) {
      return 0;
    }
    acquireAvail();
    return resumed.length - nextResumed + (int) (limit - taken);
  }

  /**
   * A guess at the next {@link #nextAvail()} that reads nothing: what stood in its place the last
   * time around, as it does again where the driver uses its buffers in turn.
   *
   * @return an id, or {@link #NONE}
   */
  public int expected() {
    return takenIds[(int) taken & mask];
  }

  /** Whether there is something for {@link #nextAvail()}: an entry, or a fault. */
  public boolean hasAvail() {
    return fault == null
        && (nextResumed < resumed.length
            || taken != limit
            || ring.acquireAvailIndex() != availIndex());
  }

  /** Address of the buffer taken last, as the driver wrote it: unchecked. */
  public long address() {
    return address;
  }

  /** Length of the buffer taken last in bytes, as the driver wrote it: unsigned and unchecked. */
  public int length() {
    return length;
  }

  /**
   * Flags of the descriptor taken last, 16 bits, as the driver wrote them: see {@link VringFlags}.
   */
  public int flags() {
    return descFlags;
  }

  /**
   * Puts a buffer into the used ring. The driver does not see it before {@link #publishUsed()}.
   *
   * @param id of a descriptor in hand
   * @param length that the driver is told, in bytes, unsigned
   * @throws IllegalStateException if the descriptor is not in hand: an error of the caller
   */
  public void addUsed(int id, int length) {
    if (id < 0 || id >= num || !held[id]) {
      throw new IllegalStateException(
          "descriptor: expected one of " + inHand + " in hand, actual " + id);
    }
    held[id] = false;
    inHand--;
    if (fault == null) {
      ring.plainUsedEntry((int) added & mask, id, length);
      added++;
      inFlight.added(id);
    }
  }

  /**
   * Stores the element of the next {@link #addUsed} in advance, where it is not valid yet, so that
   * the cache line is this processor's by then.
   */
  public void prepareUsed(int id, int length) {
    if (fault == null) {
      ring.plainUsedEntry((int) added & mask, id, length);
    }
  }

  /**
   * Makes visible all that was added since: one 16-bit release store of used.idx (VIRTIO 1.2,
   * section 2.7.8.2).
   *
   * @return false if there was nothing to publish, or the queue is broken
   */
  public boolean publishUsed() {
    if (added == published || fault != null) {
      return false;
    }
    published = added;
    ring.publishUsedIndex((int) published);
    inFlight.published(usedIndex());
    return true;
  }

  /**
   * Whether the driver wants an interrupt for what was published since the last call (VIRTIO 1.2,
   * section 2.7.7). A full fence comes before the driver's wish is read, so that either this side
   * sees the wish or the driver sees the buffers.
   */
  public boolean interruptNeeded() {
    return interruptNeeded(false);
  }

  /**
   * The same for a driver that may fence for both sides.
   *
   * @param driverFences whether the driver fences all processors ({@link
   *     rpmsg.syscall.ProcessBarrier#GLOBAL}) between its wish and its last look at the used ring:
   *     then no fence is needed here, only the order of the two accesses in the program
   */
  public boolean interruptNeeded(boolean driverFences) {
    if (published == signalled || fault != null) {
      return false;
    }
    long before = signalled;
    signalled = published;
    Vring.fence(driverFences);
    return eventIdx
        ? Vring.passed(ring.acquireUsedEvent(), published, before)
        : (ring.acquireAvailFlags() & VringFlags.AVAIL_NO_INTERRUPT) == 0;
  }

  /**
   * Asks the driver for no more kicks; one may still come. With EVENT_IDX nothing is written: the
   * avail_event left behind fires once and then stays silent for 65535 buffers (VIRTIO 1.2, section
   * 2.7.10.2).
   */
  public void suppressKicks() {
    if (!eventIdx) {
      writeFlags(VringFlags.USED_NO_NOTIFY);
    }
  }

  /**
   * Asks the driver for a kick at the next available buffer, and looks once more after a full fence
   * (VIRTIO 1.2, section 2.7.10). With EVENT_IDX the wish holds for one kick.
   *
   * @return true if something is there already, so that no kick may come for it
   */
  public boolean enableKicks() {
    writeFlags(0);
    if (eventIdx) {
      writeAvailEvent();
    }
    VarHandle.fullFence();
    return hasAvail();
  }

  /**
   * Whether used.idx in memory still is what this side wrote last. A driver that starts anew zeroes
   * the ring; it goes unnoticed only while this side's own index is 0.
   */
  public boolean usedIndexIntact() {
    return ring.acquireUsedIndex() == usedIndex();
  }

  /** The descriptor that was taken last, if it is in hand, else NONE. */
  public int lastTaken() {
    int id = NONE;
    if (taken != first) {
      id = takenIds[(int) (taken - 1) & mask];
    } else if (nextResumed > 0) {
      id = resumed[nextResumed - 1];
    }
    return id != NONE && held[id] ? id : NONE;
  }

  /**
   * Gives {@link #lastTaken()} back as if it had never been taken: whoever goes on from {@link
   * #availIndex()} finds it there.
   *
   * @throws IllegalStateException if there is none: an error of the caller
   */
  public void giveBackLast() {
    int id = lastTaken();
    if (id == NONE) {
      throw new IllegalStateException("nothing was taken last that is still in hand");
    }
    held[id] = false;
    inHand--;
    if (taken == first) {
      nextResumed--;
    } else {
      taken--;
      inFlight.returned(id);
    }
  }

  /**
   * Goes on with the same ring at another place of this process's memory. Nothing is read or
   * written.
   *
   * @throws IllegalArgumentException if it is not the same ring: another num, byte order or event
   *     index
   */
  public void move(VirtqueueConfig other) {
    if (other.num() != num || other.eventIdx() != eventIdx || other.order() != config.order()) {
      throw new IllegalArgumentException("expected the ring of " + config + ", actual " + other);
    }
    config = other;
    ring = other.vring();
  }

  /** Whether a descriptor was taken and not given back. */
  public boolean inHand(int id) {
    return held[id];
  }

  /** How many buffers were taken and not given back. */
  public int inHand() {
    return inHand;
  }

  /** How many entries of the avail ring were skipped. */
  public long badEntries() {
    return badEntries;
  }

  /** Whether the driver broke the rules. */
  public boolean broken() {
    return fault != null;
  }

  /** What broke the queue, or null. */
  public RingFault fault() {
    return fault;
  }

  /** The avail index up to which this side has taken entries, from 0 to 65535. */
  public int availIndex() {
    return (int) taken & 0xFFFF;
  }

  /** used.idx as this side published it last, from 0 to 65535. */
  public int usedIndex() {
    return (int) published & 0xFFFF;
  }

  /** What this queue was made of. */
  public VirtqueueConfig config() {
    return config;
  }

  @Override
  public String toString() {
    return "DeviceVirtqueue{num=%d avail=%d used=%d inHand=%d bad=%d fault=%s}"
        .formatted(num, availIndex(), usedIndex(), inHand, badEntries, fault);
  }

  private int take(int id) {
    address = ring.plainDescAddress(id);
    length = ring.plainDescLength(id);
    descFlags = ring.plainDescFlags(id);
    held[id] = true;
    inHand++;
    return id;
  }

  private boolean acquireAvail() {
    if (fault != null) {
      return false;
    }
    int moved = (ring.acquireAvailIndex() - availIndex()) & 0xFFFF;
    if (moved > num) {
      fault = RingFault.INDEX_JUMP;
      throw new VirtqueueException(
          fault, "avail.idx expected to move by at most " + num + ", actual " + moved);
    }
    limit = taken + moved;
    return moved != 0;
  }

  private void writeFlags(int value) {
    if (flags != value && fault == null) {
      flags = value;
      ring.publishUsedFlags(value);
    }
  }

  private void writeAvailEvent() {
    if (availEvent != availIndex() && fault == null) {
      availEvent = availIndex();
      ring.publishAvailEvent(availEvent);
    }
  }
}
