// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/**
 * A split virtqueue's place in the shared memory, as {@code struct fw_rsc_vdev_vring} says it.
 *
 * @param offset of the descriptor table, in bytes from the start of the memory
 * @param num number of descriptors: a power of two, at most 32768
 * @param align alignment of the used ring in bytes: a power of two, at least 4
 * @param notifyId the number that a kick of this ring carries on links whose kicks carry one
 */
public record Vring(long offset, int num, int align, int notifyId) {

  static final int MAX_NUM = 32768;
  static final int MIN_ALIGN = 4;

  /** Alignment of the descriptor table (VIRTIO 1.2, section 2.7). */
  static final int DESCRIPTOR_ALIGN = 16;

  /** Bytes from the descriptor table to the end of the used ring (LX018). */
  public long size() {
    return usedOffset() - offset + 6 + 8L * num;
  }

  /** Offset of the used ring from the start of the memory (LX019). */
  public long usedOffset() {
    return offset + alignUp(16L * num + 2 * (3L + num), align);
  }

  /** First byte behind the used ring. */
  public long end() {
    return offset + size();
  }

  static long alignUp(long value, long align) {
    return (value + align - 1) & -align;
  }

  @Override
  public String toString() {
    return String.format("vring{0x%x num=%d align=0x%x notify=%d}", offset, num, align, notifyId);
  }
}
