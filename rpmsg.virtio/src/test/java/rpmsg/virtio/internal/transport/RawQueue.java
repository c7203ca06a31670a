// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A virtqueue of 256 as plain bytes: each index is stored by one plain 16-bit store. */
record RawQueue(MemorySegment memory, ByteOrder order, long desc, long avail, long used) {
  private static final int MASK = RawPeer.NUM - 1;

  void desc(int id, long address, int length, int flags) {
    memory.set(JAVA_LONG_UNALIGNED.withOrder(order), desc + 16L * id, address);
    u32(desc + 16L * id + 8, length);
    u16(desc + 16L * id + 12, flags);
  }

  long descAddress(int id) {
    return memory.get(JAVA_LONG_UNALIGNED.withOrder(order), desc + 16L * id);
  }

  int descLength(int id) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), desc + 16L * id + 8);
  }

  int descFlags(int id) {
    return u16(desc + 16L * id + 12);
  }

  int availFlags() {
    return u16(avail);
  }

  void availFlags(int value) {
    u16(avail, value);
  }

  int availIndex() {
    return u16(avail + 2);
  }

  void availIndex(int value) {
    u16(avail + 2, value);
  }

  int availEntry(int index) {
    return u16(avail + 4 + 2L * (index & MASK));
  }

  void availEntry(int index, int id) {
    u16(avail + 4 + 2L * (index & MASK), id);
  }

  int usedFlags() {
    return u16(used);
  }

  void usedFlags(int value) {
    u16(used, value);
  }

  int usedIndex() {
    return u16(used + 2);
  }

  void usedIndex(int value) {
    u16(used + 2, value);
  }

  int usedId(int index) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), used + 4 + 8L * (index & MASK));
  }

  int usedLength(int index) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), used + 8 + 8L * (index & MASK));
  }

  void usedEntry(int index, int id, int length) {
    u32(used + 4 + 8L * (index & MASK), id);
    u32(used + 8 + 8L * (index & MASK), length);
  }

  void zero() {
    memory.asSlice(desc, used + 6 + 8L * RawPeer.NUM - desc).fill((byte) 0);
  }

  private int u16(long at) {
    VarHandle.fullFence();
    return Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED.withOrder(order), at));
  }

  private void u16(long at, int value) {
    VarHandle.fullFence();
    memory.set(JAVA_SHORT_UNALIGNED.withOrder(order), at, (short) value);
  }

  private void u32(long at, int value) {
    memory.set(JAVA_INT_UNALIGNED.withOrder(order), at, value);
  }
}
