// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/**
 * The floor: one direction of messages in shared memory with nothing above it. A head and a tail,
 * each in cache lines of its own, and slots of 512 bytes with a 16-byte header. The producer
 * publishes each message, the consumer frees slots in batches, as the stack does.
 */
final class BareRing {
  /** Bytes of one ring. */
  static final int BYTES = 256 + 256 * 512;

  private static final int BATCH = 32;
  private static final int SLOTS = 256;
  private static final int HEAD = 0;
  private static final int TAIL = 128;
  private static final int DATA = 256;
  private static final int HEADER = 16;
  private static final VarHandle INDEX = JAVA_LONG.varHandle().withInvokeExactBehavior();

  private final MemorySegment ring;
  private final Slot[] slots = new Slot[SLOTS];
  private long next;
  private long limit;

  private BareRing(MemorySegment ring, long next, long limit) {
    this.ring = ring;
    this.next = next;
    this.limit = limit;
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Slot(ring.asSlice(DATA + i * 512L, 512));
    }
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
  boolean offer(MemorySegment payload) {
    if (next == limit) {
      limit = (long) INDEX.getAcquire(ring, (long) TAIL) + SLOTS;
      if (next == limit) {
        return false;
      }
    }
    slots[(int) next & SLOTS - 1].fill(payload);
    INDEX.setRelease(ring, (long) HEAD, ++next);
    return true;
  }

  /** Hands over one batch; false when there was nothing. */
  boolean poll(RpmsgListener listener) throws Exception {
    if (next == limit) {
      limit = (long) INDEX.getAcquire(ring, (long) HEAD);
      if (next == limit) {
        return false;
      }
    }
    for (long end = Math.min(limit, next + BATCH); next < end; next++) {
      Slot slot = slots[(int) next & SLOTS - 1];
      slot.load();
      listener.onMessage(slot);
    }
    INDEX.setRelease(ring, (long) TAIL, next);
    return true;
  }

  /** A message in place. */
  private static final class Slot implements RpmsgMessage {
    private final MemorySegment memory;
    private MemorySegment payload;
    private int src;
    private int dst;
    private int length;

    Slot(MemorySegment memory) {
      this.memory = memory;
      payload = memory.asSlice(HEADER, 0);
    }

    void fill(MemorySegment data) {
      int size = (int) data.byteSize();
      MemorySegment.copy(data, 0, memory, HEADER, size);
      memory.set(JAVA_INT_UNALIGNED, 0, 1);
      memory.set(JAVA_INT_UNALIGNED, 4, 2);
      memory.set(JAVA_INT_UNALIGNED, 8, 0);
      memory.set(JAVA_INT_UNALIGNED, 12, size);
    }

    void load() {
      src = memory.get(JAVA_INT_UNALIGNED, 0);
      dst = memory.get(JAVA_INT_UNALIGNED, 4);
      length = memory.get(JAVA_INT_UNALIGNED, 12);
    }

    @Override
    public int src() {
      return src;
    }

    @Override
    public int dst() {
      return dst;
    }

    @Override
    public int length() {
      return length;
    }

    @Override
    public MemorySegment payload() {
      if (payload.byteSize() != length) {
        payload = memory.asSlice(HEADER, length);
      }
      return payload;
    }

    @Override
    public void copyTo(MemorySegment target, long offset) {
      MemorySegment.copy(memory, HEADER, target, offset, length);
    }

    @Override
    public void hold() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void release() {}
  }
}
