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
record RawRing(
    MemorySegment desc, MemorySegment avail, MemorySegment used, int num, ByteOrder order) {

  static RawRing of(VirtqueueConfig config) {
    return new RawRing(config.desc(), config.avail(), config.used(), config.num(), config.order());
  }

  void desc(int id, long address, int length, int flags) {
    desc.set(JAVA_LONG_UNALIGNED.withOrder(order), 16L * id, address);
    desc.set(JAVA_INT_UNALIGNED.withOrder(order), 16L * id + 8, length);
    u16(desc, 16L * id + 12, flags);
  }

  long descAddress(int id) {
    return desc.get(JAVA_LONG_UNALIGNED.withOrder(order), 16L * id);
  }

  int descLength(int id) {
    return desc.get(JAVA_INT_UNALIGNED.withOrder(order), 16L * id + 8);
  }

  int descFlags(int id) {
    return u16(desc, 16L * id + 12);
  }

  int availFlags() {
    return u16(avail, 0);
  }

  void availFlags(int flags) {
    u16(avail, 0, flags);
  }

  int availIndex() {
    return u16(avail, 2);
  }

  void availIndex(int index) {
    u16(avail, 2, index);
  }

  int availEntry(int slot) {
    return u16(avail, 4 + 2L * slot);
  }

  void availEntry(int slot, int id) {
    u16(avail, 4 + 2L * slot, id);
  }

  int usedEvent() {
    return u16(avail, 4 + 2L * num);
  }

  void usedEvent(int index) {
    u16(avail, 4 + 2L * num, index);
  }

  int usedFlags() {
    return u16(used, 0);
  }

  void usedFlags(int flags) {
    u16(used, 0, flags);
  }

  int usedIndex() {
    return u16(used, 2);
  }

  void usedIndex(int index) {
    u16(used, 2, index);
  }

  int usedId(int slot) {
    return used.get(JAVA_INT_UNALIGNED.withOrder(order), 4 + 8L * slot);
  }

  int usedLength(int slot) {
    return used.get(JAVA_INT_UNALIGNED.withOrder(order), 8 + 8L * slot);
  }

  void used(int slot, int id, int length) {
    used.set(JAVA_INT_UNALIGNED.withOrder(order), 4 + 8L * slot, id);
    used.set(JAVA_INT_UNALIGNED.withOrder(order), 8 + 8L * slot, length);
  }

  int availEvent() {
    return u16(used, 4 + 8L * num);
  }

  void availEvent(int index) {
    u16(used, 4 + 8L * num, index);
  }

  private int u16(MemorySegment part, long offset) {
    return part.get(JAVA_SHORT_UNALIGNED.withOrder(order), offset) & 0xFFFF;
  }

  private void u16(MemorySegment part, long offset, int value) {
    part.set(JAVA_SHORT_UNALIGNED.withOrder(order), offset, (short) value);
  }
}
