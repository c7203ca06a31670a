// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that the front-end shares: {@code { u64 guest; u64 size; u64 user; u64 mmapOffset; }}.
 *
 * @param guest the address in descriptors (guest physical)
 * @param size bytes, greater than 0
 * @param user the address in SET_VRING_ADDR (the front-end's virtual one)
 * @param mmapOffset where the region begins in its file, in bytes
 */
public record MemoryRegion(long guest, long size, long user, long mmapOffset) {

  /** The most regions of a SET_MEM_TABLE. */
  public static final int MAX_REGIONS = 8;

  static final int SIZE = 32;

  /** SET_MEM_TABLE: u32 count, u32 padding. */
  static final int TABLE_HEADER = 8;

  /** ADD_MEM_REG and REM_MEM_REG: u64 padding. */
  static final int SINGLE_HEADER = 8;

  private static final long LENGTH = 8;
  private static final long USER = 16;
  private static final long OFFSET = 24;

  /** Checks that there is something, and that no sum with the size leaves 63 bits. */
  public MemoryRegion {
    if (size <= 0) {
      throw new IllegalArgumentException(
          "a region of " + Long.toUnsignedString(size) + " bytes is not possible");
    }
    checkEnd("guest address", guest, size);
    checkEnd("user address", user, size);
    checkEnd("mmap offset", mmapOffset, size);
  }

  /** All regions of a SET_MEM_TABLE; what is behind them is ignored. */
  static List<MemoryRegion> readTable(VhostRequest request, MemorySegment payload)
      throws VhostException {
    int count = payload.get(JAVA_INT_UNALIGNED, 0);
    if (count < 1 || count > MAX_REGIONS) {
      throw VhostException.protocol(
          request, Integer.toUnsignedString(count) + " regions, possible are 1 to " + MAX_REGIONS);
    }
    if (payload.byteSize() < TABLE_HEADER + (long) count * SIZE) {
      throw VhostException.protocol(
          request, count + " regions do not fit into " + payload.byteSize() + " bytes");
    }
    List<MemoryRegion> regions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      regions.add(read(request, payload.asSlice(TABLE_HEADER + (long) i * SIZE, SIZE)));
    }
    return List.copyOf(regions);
  }

  /** The region of an ADD_MEM_REG or REM_MEM_REG. */
  static MemoryRegion readSingle(VhostRequest request, MemorySegment payload)
      throws VhostException {
    return read(request, payload.asSlice(SINGLE_HEADER, SIZE));
  }

  private static MemoryRegion read(VhostRequest request, MemorySegment at) throws VhostException {
    try {
      return new MemoryRegion(
          at.get(JAVA_LONG_UNALIGNED, 0),
          at.get(JAVA_LONG_UNALIGNED, LENGTH),
          at.get(JAVA_LONG_UNALIGNED, USER),
          at.get(JAVA_LONG_UNALIGNED, OFFSET));
    } catch (IllegalArgumentException e) {
      throw VhostException.protocol(request, e.getMessage());
    }
  }

  static MemorySegment tableBytes(List<MemoryRegion> regions) {
    MemorySegment payload = MemorySegment.ofArray(new byte[TABLE_HEADER + regions.size() * SIZE]);
    payload.set(JAVA_INT_UNALIGNED, 0, regions.size());
    for (int i = 0; i < regions.size(); i++) {
      regions.get(i).write(payload.asSlice(TABLE_HEADER + (long) i * SIZE, SIZE));
    }
    return payload;
  }

  MemorySegment singleBytes() {
    MemorySegment payload = MemorySegment.ofArray(new byte[SINGLE_HEADER + SIZE]);
    write(payload.asSlice(SINGLE_HEADER, SIZE));
    return payload;
  }

  private void write(MemorySegment at) {
    at.set(JAVA_LONG_UNALIGNED, 0, guest);
    at.set(JAVA_LONG_UNALIGNED, LENGTH, size);
    at.set(JAVA_LONG_UNALIGNED, USER, user);
    at.set(JAVA_LONG_UNALIGNED, OFFSET, mmapOffset);
  }

  /** Whether the two have a guest address or a user address in common. */
  public boolean overlaps(MemoryRegion other) {
    return overlap(guest, size, other.guest, other.size)
        || overlap(user, size, other.user, other.size);
  }

  /** Whether the two are one region for REM_MEM_REG, which does not look at the mmap offset. */
  public boolean sameAddresses(MemoryRegion other) {
    return guest == other.guest && size == other.size && user == other.user;
  }

  @Override
  public String toString() {
    return String.format(
        "region{guest=0x%x size=0x%x user=0x%x offset=0x%x}", guest, size, user, mmapOffset);
  }

  private static boolean overlap(long a, long sizeOfA, long b, long sizeOfB) {
    return a < b + sizeOfB && b < a + sizeOfA;
  }

  private static void checkEnd(String what, long begin, long size) {
    if (begin < 0 || begin + size < 0) {
      throw new IllegalArgumentException(
          String.format(
              "a region of 0x%x bytes at %s 0x%x ends beyond all memory", size, what, begin));
    }
  }
}
