// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The floor: one direction of messages in shared memory with nothing above it. A head and a tail,
 * each in cache lines of its own, and slots of 512 bytes with a 16-byte header. Header and payload
 * are copied in and out. The producer publishes each message, the consumer frees slots in batches.
 */
final class BareRing {
  /** Bytes of one ring. */
  static final int BYTES = 256 + 256 * 512;

  private static final int BATCH = 32;
  private static final int SLOTS = 256;
  private static final int SLOT_SIZE = 512;
  private static final int HEAD = 0;
  private static final int TAIL = 128;
  private static final int DATA = 256;
  private static final int HEADER = 16;
  private static final int LENGTH = 12;
  private static final VarHandle INDEX = JAVA_LONG.varHandle().withInvokeExactBehavior();

  /** Takes one message: its payload, copied out of the ring. */
  interface Taker {
    void take(MemorySegment copy, int length) throws Exception;
  }

  private final MemorySegment ring;
  private final MemorySegment copy = Arena.ofAuto().allocate(SLOT_SIZE, 64);
  private long next;
  private long limit;

  private BareRing(MemorySegment ring, long next, long limit) {
    this.ring = ring;
    this.next = next;
    this.limit = limit;
  }

  static BareRing producer(MemorySegment ring) {
    long tail = (long) INDEX.getAcquire(ring, (long) TAIL);
    return new BareRing(ring, (long) INDEX.getAcquire(ring, (long) HEAD), tail + SLOTS);
  }

  static BareRing consumer(MemorySegment ring) {
    long tail = (long) INDEX.getAcquire(ring, (long) TAIL);
    return new BareRing(ring, tail, tail);
  }

  /** False when the ring is full. */
  boolean offer(MemorySegment payload, int size) {
    if (next == limit) {
      limit = (long) INDEX.getAcquire(ring, (long) TAIL) + SLOTS;
      if (next == limit) {
        return false;
      }
    }
    long slot = slot();
    MemorySegment.copy(payload, 0, ring, slot + HEADER, size);
    ring.set(JAVA_INT_UNALIGNED, slot, 1);
    ring.set(JAVA_INT_UNALIGNED, slot + 4, 2);
    ring.set(JAVA_INT_UNALIGNED, slot + 8, 0);
    ring.set(JAVA_INT_UNALIGNED, slot + LENGTH, size);
    INDEX.setRelease(ring, (long) HEAD, ++next);
    return true;
  }

  /** Hands over one batch; false when there was nothing. */
  boolean poll(Taker taker) throws Exception {
    if (next == limit) {
      limit = (long) INDEX.getAcquire(ring, (long) HEAD);
      if (next == limit) {
        return false;
      }
    }
    for (long end = Math.min(limit, next + BATCH); next < end; next++) {
      long slot = slot();
      int length = ring.get(JAVA_INT_UNALIGNED, slot + LENGTH);
      MemorySegment.copy(ring, slot + HEADER, copy, 0, length);
      taker.take(copy, length);
    }
    INDEX.setRelease(ring, (long) TAIL, next);
    return true;
  }

  private long slot() {
    return DATA + (next & SLOTS - 1) * SLOT_SIZE;
  }
}
