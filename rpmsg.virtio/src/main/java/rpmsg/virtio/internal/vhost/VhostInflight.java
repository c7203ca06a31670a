// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The area in which a back-end notes what it works on: {@code { u64 mmapSize; u64 mmapOffset; u16
 * queues; u16 queueSize; u32 padding; }}. The padding may be missing. Nothing of it is checked.
 */
public record VhostInflight(long mmapSize, long mmapOffset, int queues, int queueSize) {

  static final int LEAST = 20;
  static final int SIZE = 24;

  private static final long OFFSET = 8;
  private static final long QUEUES = 16;
  private static final long QUEUE_SIZE = 18;

  static VhostInflight read(MemorySegment payload) {
    return new VhostInflight(
        payload.get(JAVA_LONG_UNALIGNED, 0),
        payload.get(JAVA_LONG_UNALIGNED, OFFSET),
        Short.toUnsignedInt(payload.get(JAVA_SHORT_UNALIGNED, QUEUES)),
        Short.toUnsignedInt(payload.get(JAVA_SHORT_UNALIGNED, QUEUE_SIZE)));
  }

  MemorySegment bytes() {
    MemorySegment payload = MemorySegment.ofArray(new byte[SIZE]);
    payload.set(JAVA_LONG_UNALIGNED, 0, mmapSize);
    payload.set(JAVA_LONG_UNALIGNED, OFFSET, mmapOffset);
    payload.set(JAVA_SHORT_UNALIGNED, QUEUES, (short) queues);
    payload.set(JAVA_SHORT_UNALIGNED, QUEUE_SIZE, (short) queueSize);
    return payload;
  }
}
