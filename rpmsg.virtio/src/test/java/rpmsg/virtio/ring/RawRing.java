// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * A ring as any peer may read and write it, with offsets of its own: what the tests compare with
 * must not come from the layout under test.
 */
record RawRing(MemorySegment memory, long base, int num, int usedOffset, ByteOrder order) {

  /** The ring of a configuration whose used ring is known to start at {@code usedOffset}. */
  static RawRing of(VirtqueueConfig config, int usedOffset) {
    return new RawRing(
        config.memory(), config.offset(), config.layout().num(), usedOffset, config.order());
  }

  void desc(int id, long address, int length, int flags) {
    memory.set(JAVA_LONG_UNALIGNED.withOrder(order), base + 16L * id, address);
    memory.set(JAVA_INT_UNALIGNED.withOrder(order), base + 16L * id + 8, length);
    u16(16L * id + 12, flags);
  }

  long descAddress(int id) {
    return memory.get(JAVA_LONG_UNALIGNED.withOrder(order), base + 16L * id);
  }

  int descLength(int id) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), base + 16L * id + 8);
  }

  int descFlags(int id) {
    return u16(16L * id + 12);
  }

  int availFlags() {
    return u16(avail());
  }

  void availFlags(int flags) {
    u16(avail(), flags);
  }

  int availIndex() {
    return u16(avail() + 2);
  }

  void availIndex(int index) {
    u16(avail() + 2, index);
  }

  int availEntry(int slot) {
    return u16(avail() + 4 + 2L * slot);
  }

  void availEntry(int slot, int id) {
    u16(avail() + 4 + 2L * slot, id);
  }

  int usedEvent() {
    return u16(avail() + 4 + 2L * num);
  }

  void usedEvent(int index) {
    u16(avail() + 4 + 2L * num, index);
  }

  int usedFlags() {
    return u16(usedOffset);
  }

  void usedFlags(int flags) {
    u16(usedOffset, flags);
  }

  int usedIndex() {
    return u16(usedOffset + 2);
  }

  void usedIndex(int index) {
    u16(usedOffset + 2, index);
  }

  int usedId(int slot) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), base + usedOffset + 4 + 8L * slot);
  }

  int usedLength(int slot) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), base + usedOffset + 8 + 8L * slot);
  }

  void used(int slot, int id, int length) {
    memory.set(JAVA_INT_UNALIGNED.withOrder(order), base + usedOffset + 4 + 8L * slot, id);
    memory.set(JAVA_INT_UNALIGNED.withOrder(order), base + usedOffset + 8 + 8L * slot, length);
  }

  int availEvent() {
    return u16(usedOffset + 4 + 8L * num);
  }

  void availEvent(int index) {
    u16(usedOffset + 4 + 8L * num, index);
  }

  private long avail() {
    return 16L * num;
  }

  private int u16(long offset) {
    return memory.get(JAVA_SHORT_UNALIGNED.withOrder(order), base + offset) & 0xFFFF;
  }

  private void u16(long offset, int value) {
    memory.set(JAVA_SHORT_UNALIGNED.withOrder(order), base + offset, (short) value);
  }
}
