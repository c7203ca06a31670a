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

  private final MemorySegment ring;
  private final VringLayout layout;
  private final boolean swap;

  Vring(MemorySegment ring, VringLayout layout, ByteOrder order) {
    this.ring = ring;
    this.layout = layout;
    this.swap = order != ByteOrder.nativeOrder();
  }

  /**
   * Whether an index that went from {@code before} to {@code now} passed the event (VIRTIO 1.2,
   * section 2.7.10; LX125). Indices are counted in 64 bits, so that a step of 65536 is not taken
   * for none.
   */
  static boolean passed(int event, long now, long before) {
    return ((now - event - 1) & 0xFFFF) < now - before;
  }

  long plainDescAddress(int id) {
    long value = (long) PLAIN_LONG.get(ring, (long) layout.descAddressOffset(id));
    return swap ? Long.reverseBytes(value) : value;
  }

  int plainDescLength(int id) {
    return plainInt(layout.descLengthOffset(id));
  }

  int plainDescFlags(int id) {
    return plainShort(layout.descFlagsOffset(id));
  }

  void plainDescAddress(int id, long address) {
    long value = swap ? Long.reverseBytes(address) : address;
    PLAIN_LONG.set(ring, (long) layout.descAddressOffset(id), value);
  }

  void plainDescLength(int id, int length) {
    plainInt(layout.descLengthOffset(id), length);
  }

  void plainDescFlags(int id, int flags) {
    PLAIN_SHORT.set(ring, (long) layout.descFlagsOffset(id), wire(flags));
  }

  int plainAvailEntry(int slot) {
    return plainShort(layout.availRingOffset(slot));
  }

  void plainAvailEntry(int slot, int id) {
    PLAIN_SHORT.set(ring, (long) layout.availRingOffset(slot), wire(id));
  }

  int plainUsedId(int slot) {
    return plainInt(layout.usedIdOffset(slot));
  }

  int plainUsedLength(int slot) {
    return plainInt(layout.usedLengthOffset(slot));
  }

  void plainUsedEntry(int slot, int id, int length) {
    plainInt(layout.usedIdOffset(slot), id);
    plainInt(layout.usedLengthOffset(slot), length);
  }

  int acquireAvailIndex() {
    return acquireShort(layout.availIndexOffset());
  }

  void publishAvailIndex(int index) {
    publishShort(layout.availIndexOffset(), index);
  }

  int acquireUsedIndex() {
    return acquireShort(layout.usedIndexOffset());
  }

  void publishUsedIndex(int index) {
    publishShort(layout.usedIndexOffset(), index);
  }

  int acquireAvailFlags() {
    return acquireShort(layout.availFlagsOffset());
  }

  void publishAvailFlags(int flags) {
    publishShort(layout.availFlagsOffset(), flags);
  }

  int acquireUsedFlags() {
    return acquireShort(layout.usedFlagsOffset());
  }

  void publishUsedFlags(int flags) {
    publishShort(layout.usedFlagsOffset(), flags);
  }

  int acquireUsedEvent() {
    return acquireShort(layout.usedEventOffset());
  }

  void publishUsedEvent(int index) {
    publishShort(layout.usedEventOffset(), index);
  }

  int acquireAvailEvent() {
    return acquireShort(layout.availEventOffset());
  }

  void publishAvailEvent(int index) {
    publishShort(layout.availEventOffset(), index);
  }

  private int acquireShort(long offset) {
    return unsigned((short) SHARED_SHORT.getAcquire(ring, offset));
  }

  /**
   * One 16-bit store after all that came before it. A fence and a plain store, because an
   * interpreted {@code setRelease} of a short takes the JVM down when the memory's file was
   * truncated.
   */
  private void publishShort(long offset, int value) {
    VarHandle.releaseFence();
    SHARED_SHORT.set(ring, offset, wire(value));
  }

  private int plainShort(long offset) {
    return unsigned((short) PLAIN_SHORT.get(ring, offset));
  }

  private int plainInt(long offset) {
    int value = (int) PLAIN_INT.get(ring, offset);
    return swap ? Integer.reverseBytes(value) : value;
  }

  private void plainInt(long offset, int value) {
    PLAIN_INT.set(ring, offset, swap ? Integer.reverseBytes(value) : value);
  }

  private int unsigned(short value) {
    return (swap ? Short.reverseBytes(value) : value) & 0xFFFF;
  }

  private short wire(int value) {
    return swap ? Short.reverseBytes((short) value) : (short) value;
  }
}
