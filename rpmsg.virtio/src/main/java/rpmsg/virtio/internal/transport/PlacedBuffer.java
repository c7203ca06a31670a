// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.link.DeviceMemory;
import rpmsg.virtio.internal.wire.RpmsgHeader;

/** A buffer at its place in the memory, with views that are made anew only when that changes. */
abstract class PlacedBuffer {
  /** Bytes of a cache line. */
  static final int LINE = 64;

  MemorySegment buffer;
  long address;
  int capacity;
  private final boolean readOnly;
  private MemorySegment view;
  private MemorySegment viewOf;

  /**
   * @param readOnly what {@link #payload(int)} gives
   */
  PlacedBuffer(boolean readOnly) {
    this.readOnly = readOnly;
  }

  /** Where the buffer lies. False if it is outside. */
  final boolean place(DeviceMemory memory, long address, int capacity) {
    if (buffer == null || this.address != address || this.capacity != capacity) {
      buffer = memory.at(address, capacity);
      this.address = address;
      this.capacity = capacity;
    }
    return buffer != null;
  }

  /** Finds the buffer again in other memory; false if it is not there. */
  final boolean move(DeviceMemory memory) {
    if (buffer == null) {
      return false;
    }
    buffer = memory.at(address, capacity);
    return buffer != null;
  }

  /** The bytes behind the header, and no view of a place where the buffer was before. */
  final MemorySegment payload(int length) {
    MemorySegment payload = view;
    MemorySegment whole = buffer;
    if (viewOf != whole || payload.byteSize() != length) {
      payload = whole.asSlice(RpmsgHeader.SIZE, length);
      payload = readOnly ? payload.asReadOnly() : payload;
      view = payload;
      viewOf = whole;
    }
    return payload;
  }
}
