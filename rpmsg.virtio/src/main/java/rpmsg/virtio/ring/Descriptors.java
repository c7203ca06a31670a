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
  private int free;

  Descriptors(Vring ring, int num) {
    this.ring = ring;
    addresses = new long[num];
    lengths = new int[num];
    flags = new int[num];
    addedAt = new long[num];
    freeIds = new int[num];
    while (free < num) {
      addedAt[free] = FREE;
      freeIds[free] = num - ++free;
    }
  }

  int free() {
    return free;
  }

  int take(long availIndex) {
    int id = freeIds[--free];
    addedAt[id] = availIndex;
    return id;
  }

  void release(int id) {
    addedAt[id] = FREE;
    freeIds[free++] = id;
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
