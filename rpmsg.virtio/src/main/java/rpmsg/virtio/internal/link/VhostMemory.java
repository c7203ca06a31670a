// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.vhost.MemoryTable;

/** The guest's memory, by guest physical addresses. */
record VhostMemory(MemoryTable table) implements DeviceMemory {

  @Override
  public MemorySegment at(long address, long length) {
    return table.atGuest(address, length);
  }

  @Override
  public long byteSize() {
    return table.byteSize();
  }
}
