// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/**
 * The part of the shared memory behind the rings, from which the driver side carves its buffers.
 *
 * @param offset in bytes from the start of the memory
 * @param size in bytes, up to the end of the memory; 0 if the rings fill it
 */
public record Pool(long offset, long size) {

  private static final long[] ALIGNMENTS = {0x10000, 0x1000, Vring.DESCRIPTOR_ALIGN};

  /**
   * Places the pool behind the rings, on the coarsest alignment that leaves room in the memory.
   *
   * @param ringsEnd first byte behind both rings
   * @param memorySize bytes of memory, at least {@code ringsEnd}
   */
  static Pool behind(long ringsEnd, long memorySize) {
    for (long align : ALIGNMENTS) {
      long offset = Vring.alignUp(ringsEnd, align);
      if (offset < memorySize) {
        return new Pool(offset, memorySize - offset);
      }
    }
    return new Pool(memorySize, 0);
  }

  @Override
  public String toString() {
    return String.format("pool{0x%x size=0x%x}", offset, size);
  }
}
