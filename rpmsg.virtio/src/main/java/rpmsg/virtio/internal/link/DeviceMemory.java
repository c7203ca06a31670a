// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;

/** The memory that the addresses in descriptors mean. */
public interface DeviceMemory {

  /**
   * A view of a buffer. Any thread.
   *
   * @param address as a descriptor says it: unchecked
   * @param length in bytes: unchecked
   * @return null if it does not lie wholly in one piece of the memory
   */
  MemorySegment at(long address, long length);

  /** Bytes of memory in all. */
  long byteSize();

  /** Memory in one piece, in which each address is an offset. */
  static DeviceMemory of(MemorySegment segment) {
    return new DeviceMemory() {
      @Override
      public MemorySegment at(long address, long length) {
        boolean within = length >= 0 && address >= 0 && address <= segment.byteSize() - length;
        return within ? segment.asSlice(address, length) : null;
      }

      @Override
      public long byteSize() {
        return segment.byteSize();
      }
    };
  }
}
