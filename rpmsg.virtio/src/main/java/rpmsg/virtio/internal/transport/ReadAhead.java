// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import rpmsg.virtio.internal.wire.RpmsgHeader;

/**
 * Fetches the cache lines of the message that is expected next, while the ring entry that names it
 * is still on its way from the peer's processor: they then come together, not one after the other.
 * A wrong guess costs a few loads; what they load is not used. On the receive thread.
 */
final class ReadAhead {
  private int bytes = RpmsgHeader.SIZE;

  /** Kept, so that the loads are made. */
  private int sum;

  /** The next message is expected to be as long as this one, in bytes of payload. */
  void seen(int length) {
    bytes = RpmsgHeader.SIZE + length;
  }

  /** Fetches what is expected to be there. */
  void of(PlacedBuffer expected) {
    MemorySegment memory = expected.buffer;
    if (memory == null) {
      return;
    }
    int lines = 0;
    int end = Math.min(bytes, expected.capacity);
    for (int at = 0; at < end; at += PlacedBuffer.LINE) {
      lines += memory.get(ValueLayout.JAVA_BYTE, at);
    }
    sum += lines;
  }
}
