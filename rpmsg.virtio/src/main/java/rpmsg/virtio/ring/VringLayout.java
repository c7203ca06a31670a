// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

/**
 * Where the parts of a split virtqueue lie, in bytes from its start (VIRTIO 1.2, sections 2.7 and
 * 2.7.2; LX018, LX019). All fields have the byte order of the {@link VirtqueueConfig}.
 *
 * <pre>
 * struct vring {
 *   struct { u64 addr; u32 len; u16 flags; u16 next; } desc[num];  // 0
 *   struct {
 *     u16 flags;                                                   // 16 * num
 *     u16 idx;
 *     u16 ring[num];
 *     u16 used_event;                                              // with EVENT_IDX
 *   } avail;
 *   u8 pad[];                                                      // to a multiple of align
 *   struct {
 *     u16 flags;                                                   // usedOffset
 *     u16 idx;
 *     struct { u32 id; u32 len; } ring[num];
 *     u16 avail_event;                                             // with EVENT_IDX
 *   } used;
 * };                                                               // size
 * </pre>
 *
 * @param num number of descriptors, a power of two from 1 to 32768
 * @param align alignment of the used ring, a power of two from 4 on. It is counted from the start
 *     of the ring, so a ring whose peer aligns addresses must itself start at a multiple of it.
 * @param usedOffset offset of the used ring
 * @param size bytes from the start to the end of the used ring
 */
public record VringLayout(int num, int align, int usedOffset, int size) {

  private static final int MAX_NUM = 32768;
  private static final int MAX_ALIGN = 1 << 30;
  private static final int DESC_SIZE = 16;
  private static final int HEAD_SIZE = 4;
  private static final int AVAIL_ENTRY_SIZE = 2;
  private static final int USED_ENTRY_SIZE = 8;
  private static final int EVENT_SIZE = 2;

  /**
   * Checks all four numbers against each other.
   *
   * @throws IllegalArgumentException if they do not describe a ring
   */
  public VringLayout {
    checkNum(num);
    checkPowerOfTwo("align", align, 4, MAX_ALIGN);
    int minUsedOffset = roundUp(availEnd(num), align);
    if (usedOffset < minUsedOffset || usedOffset % align != 0) {
      throw new IllegalArgumentException(
          "usedOffset: expected a multiple of %d from %d on, actual %d"
              .formatted(align, minUsedOffset, usedOffset));
    }
    if (size < usedEnd(num, usedOffset)) {
      throw new IllegalArgumentException(
          "size: expected at least %d, actual %d".formatted(usedEnd(num, usedOffset), size));
    }
  }

  /**
   * The layout of the specification, with room for both event fields.
   *
   * @throws IllegalArgumentException if num or align is not a power of two within its limits
   */
  public static VringLayout of(int num, int align) {
    checkNum(num);
    checkPowerOfTwo("align", align, 4, MAX_ALIGN);
    int usedOffset = roundUp(availEnd(num) + EVENT_SIZE, align);
    return new VringLayout(num, align, usedOffset, usedEnd(num, usedOffset) + EVENT_SIZE);
  }

  /**
   * RPMsg-Lite's layout: the used ring is placed as if there were no event fields. It differs from
   * {@link #of} at align 4, and at align 8 with num 2, and it cannot carry EVENT_IDX.
   *
   * @throws IllegalArgumentException if num or align is not a power of two within its limits
   */
  public static VringLayout withoutEvents(int num, int align) {
    checkNum(num);
    checkPowerOfTwo("align", align, 4, MAX_ALIGN);
    int usedOffset = roundUp(availEnd(num), align);
    return new VringLayout(num, align, usedOffset, usedEnd(num, usedOffset));
  }

  /** Bytes of a descriptor table. */
  public static int descSize(int num) {
    return DESC_SIZE * num;
  }

  /** Bytes of an avail ring, with used_event or without. */
  public static int availSize(int num, boolean events) {
    return HEAD_SIZE + AVAIL_ENTRY_SIZE * num + (events ? EVENT_SIZE : 0);
  }

  /** Bytes of a used ring, with avail_event or without. */
  public static int usedSize(int num, boolean events) {
    return HEAD_SIZE + USED_ENTRY_SIZE * num + (events ? EVENT_SIZE : 0);
  }

  /** Whether there is room for used_event and avail_event. */
  public boolean hasEvents() {
    return availEnd(num) + EVENT_SIZE <= usedOffset
        && usedEnd(num, usedOffset) + EVENT_SIZE <= size;
  }

  /** Offset of the descriptor table. */
  public int descOffset() {
    return 0;
  }

  /** Offset of the avail ring. */
  public int availOffset() {
    return descSize(num);
  }

  private static int availEnd(int num) {
    return descSize(num) + availSize(num, false);
  }

  private static int usedEnd(int num, int usedOffset) {
    return usedOffset + usedSize(num, false);
  }

  private static int roundUp(int value, int align) {
    return (value + align - 1) & -align;
  }

  static void checkNum(int num) {
    checkPowerOfTwo("num", num, 1, MAX_NUM);
  }

  private static void checkPowerOfTwo(String what, int value, int min, int max) {
    if (value < min || value > max || Integer.bitCount(value) != 1) {
      throw new IllegalArgumentException(
          "%s: expected a power of two from %d to %d, actual %d".formatted(what, min, max, value));
    }
  }
}
