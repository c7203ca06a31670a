// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Bytes in order, a bounded number of them, in native memory. Not for several threads at once. */
final class Backlog {
  private final int capacity;
  private MemorySegment bytes;
  private int first;
  private int size;

  /** Room for {@code capacity} bytes; the memory is taken with the first of them. */
  Backlog(int capacity) {
    this.capacity = capacity;
  }

  /** Appends all of it, for which there must be {@link #room()}. */
  void put(MemorySegment payload) {
    if (bytes == null) {
      bytes = Arena.ofAuto().allocate(capacity);
    }
    long length = payload.byteSize();
    int at = (first + size) % capacity;
    long untilEnd = Math.min(length, capacity - at);
    MemorySegment.copy(payload, 0, bytes, at, untilEnd);
    MemorySegment.copy(payload, untilEnd, bytes, 0, length - untilEnd);
    size += (int) length;
  }

  /** The first bytes, as many as lie one behind the other in memory; not to be kept. */
  MemorySegment first() {
    return bytes.asSlice(first, Math.min(size, capacity - first));
  }

  /** Takes the first {@code length} bytes out. */
  void remove(int length) {
    first = (first + length) % capacity;
    size -= length;
  }

  int room() {
    return capacity - size;
  }

  boolean isEmpty() {
    return size == 0;
  }
}
