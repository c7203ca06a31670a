// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

/**
 * The driver's own account of its descriptors: which are free, which the device may return, and
 * what each holds. A free descriptor is taken last in, first out, so the one that is warm in the
 * cache comes first; the first {@code num} are taken in ascending order.
 */
final class Descriptors {

  private static final long FREE = Long.MAX_VALUE;

  private final Vring ring;
  private final long[] addresses;
  private final int[] lengths;
  private final int[] flags;

  /** How many entries came before its own in the avail ring, or FREE. */
  private final long[] addedAt;

  private final int[] freeIds;

  /** Where a free id stands among the free ones. */
  private final int[] places;

  private int free;

  Descriptors(Vring ring, int num) {
    this.ring = ring;
    addresses = new long[num];
    lengths = new int[num];
    flags = new int[num];
    addedAt = new long[num];
    freeIds = new int[num];
    places = new int[num];
    for (int id = num - 1; id >= 0; id--) {
      release(id);
    }
  }

  int free() {
    return free;
  }

  /** The free one that is to be taken next. */
  int next() {
    return freeIds[free - 1];
  }

  boolean isFree(int id) {
    return addedAt[id] == FREE;
  }

  /** Takes a free one, whichever it is. */
  void take(int id, long availIndex) {
    int last = freeIds[--free];
    freeIds[places[id]] = last;
    places[last] = places[id];
    addedAt[id] = availIndex;
  }

  void release(int id) {
    addedAt[id] = FREE;
    freeIds[free] = id;
    places[id] = free++;
  }

  /** Whether the device may return it: it was added, and before the published index. */
  boolean outstanding(int id, long published) {
    return addedAt[id] < published;
  }

  /** Writes what is not there already; a ring whose buffers stay in place is written once. */
  void plainWrite(int id, long address, int length, int flag) {
    if (addresses[id] != address) {
      ring.plainDescAddress(id, addresses[id] = address);
    }
    if (lengths[id] != length) {
      ring.plainDescLength(id, lengths[id] = length);
    }
    if (flags[id] != flag) {
      ring.plainDescFlags(id, flags[id] = flag);
    }
  }
}
