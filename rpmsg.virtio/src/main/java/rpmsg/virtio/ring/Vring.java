// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The fields of a ring in memory, each with the order that it needs: {@code acquire} and {@code
 * publish} in a name are the ordered accesses, {@code plain} the ones that an index orders.
 *
 * <p>The handles are constants of the machine's byte order, and a foreign order is swapped by hand:
 * a handle in an instance field would not be inlined.
 */
final class Vring {

  private static final VarHandle SHARED_SHORT =
      ValueLayout.JAVA_SHORT.varHandle().withInvokeExactBehavior();
  private static final VarHandle PLAIN_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.varHandle().withInvokeExactBehavior();
  private static final VarHandle PLAIN_INT =
      ValueLayout.JAVA_INT_UNALIGNED.varHandle().withInvokeExactBehavior();
  private static final VarHandle PLAIN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.varHandle().withInvokeExactBehavior();

  private static final int DESC_SIZE = 16;
  private static final int DESC_LENGTH = 8;
  private static final int DESC_FLAGS = 12;
  private static final int FLAGS = 0;
  private static final int INDEX = 2;
  private static final int ENTRIES = 4;
  private static final int AVAIL_ENTRY_SIZE = 2;
  private static final int USED_ENTRY_SIZE = 8;
  private static final int USED_LENGTH = 4;

  private final MemorySegment desc;
  private final MemorySegment avail;
  private final MemorySegment used;
  private final long usedEvent;
  private final long availEvent;
  private final boolean swap;

  Vring(VirtqueueConfig config) {
    desc = config.desc();
    avail = config.avail();
    used = config.used();
    usedEvent = ENTRIES + (long) AVAIL_ENTRY_SIZE * config.num();
    availEvent = ENTRIES + (long) USED_ENTRY_SIZE * config.num();
    swap = config.order() != ByteOrder.nativeOrder();
  }

  /**
   * Whether an index that went from {@code before} to {@code now} passed the event (VIRTIO 1.2,
   * section 2.7.10; LX125). Indices are counted in 64 bits, so that a step of 65536 is not taken
   * for none.
   */
  static boolean passed(int event, long now, long before) {
    return ((now - event - 1) & 0xFFFF) < now - before;
  }

  /**
   * Between the store of an index and the load of the peer's wish (VIRTIO 1.2, sections 2.7.7 and
   * 2.7.10): a full fence, unless the peer fences all processors. The compiler, which no peer can
   * stop, keeps the order in either case: no access crosses a fence of any kind in HotSpot.
   */
  static void fence(boolean peerFences) {
    if (peerFences) {
      VarHandle.acquireFence();
    } else {
      VarHandle.fullFence();
    }
  }

  long plainDescAddress(int id) {
    long value = (long) PLAIN_LONG.get(desc, descriptor(id));
    return swap ? Long.reverseBytes(value) : value;
  }

  int plainDescLength(int id) {
    return plainInt(desc, descriptor(id) + DESC_LENGTH);
  }

  int plainDescFlags(int id) {
    return plainShort(desc, descriptor(id) + DESC_FLAGS);
  }

  void plainDescAddress(int id, long address) {
    long value = swap ? Long.reverseBytes(address) : address;
    PLAIN_LONG.set(desc, descriptor(id), value);
  }

  void plainDescLength(int id, int length) {
    plainInt(desc, descriptor(id) + DESC_LENGTH, length);
  }

  void plainDescFlags(int id, int flags) {
    PLAIN_SHORT.set(desc, descriptor(id) + DESC_FLAGS, wire(flags));
  }

  int plainAvailEntry(int slot) {
    return plainShort(avail, availEntry(slot));
  }

  void plainAvailEntry(int slot, int id) {
    PLAIN_SHORT.set(avail, availEntry(slot), wire(id));
  }

  int plainUsedId(int slot) {
    return plainInt(used, usedEntry(slot));
  }

  int plainUsedLength(int slot) {
    return plainInt(used, usedEntry(slot) + USED_LENGTH);
  }

  void plainUsedEntry(int slot, int id, int length) {
    plainInt(used, usedEntry(slot), id);
    plainInt(used, usedEntry(slot) + USED_LENGTH, length);
  }

  int acquireAvailIndex() {
    return acquireShort(avail, INDEX);
  }

  void publishAvailIndex(int index) {
    publishShort(avail, INDEX, index);
  }

  int acquireUsedIndex() {
    return acquireShort(used, INDEX);
  }

  void publishUsedIndex(int index) {
    publishShort(used, INDEX, index);
  }

  int acquireAvailFlags() {
    return acquireShort(avail, FLAGS);
  }

  void publishAvailFlags(int flags) {
    publishShort(avail, FLAGS, flags);
  }

  int acquireUsedFlags() {
    return acquireShort(used, FLAGS);
  }

  void publishUsedFlags(int flags) {
    publishShort(used, FLAGS, flags);
  }

  int acquireUsedEvent() {
    return acquireShort(avail, usedEvent);
  }

  void publishUsedEvent(int index) {
    publishShort(avail, usedEvent, index);
  }

  int acquireAvailEvent() {
    return acquireShort(used, availEvent);
  }

  void publishAvailEvent(int index) {
    publishShort(used, availEvent, index);
  }

  private static long descriptor(int id) {
    return (long) DESC_SIZE * id;
  }

  private static long availEntry(int slot) {
    return ENTRIES + (long) AVAIL_ENTRY_SIZE * slot;
  }

  private static long usedEntry(int slot) {
    return ENTRIES + (long) USED_ENTRY_SIZE * slot;
  }

  private int acquireShort(MemorySegment part, long offset) {
    return unsigned((short) SHARED_SHORT.getAcquire(part, offset));
  }

  /**
   * One 16-bit store after all that came before it. A fence and a plain store, because an
   * interpreted {@code setRelease} of a short takes the JVM down when the memory's file was
   * truncated.
   */
  private void publishShort(MemorySegment part, long offset, int value) {
    VarHandle.releaseFence();
    SHARED_SHORT.set(part, offset, wire(value));
  }

  private int plainShort(MemorySegment part, long offset) {
    return unsigned((short) PLAIN_SHORT.get(part, offset));
  }

  private int plainInt(MemorySegment part, long offset) {
    int value = (int) PLAIN_INT.get(part, offset);
    return swap ? Integer.reverseBytes(value) : value;
  }

  private void plainInt(MemorySegment part, long offset, int value) {
    PLAIN_INT.set(part, offset, swap ? Integer.reverseBytes(value) : value);
  }

  private int unsigned(short value) {
    return (swap ? Short.reverseBytes(value) : value) & 0xFFFF;
  }

  private short wire(int value) {
    return swap ? Short.reverseBytes((short) value) : (short) value;
  }
}
