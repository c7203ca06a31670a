// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.virtio.ring.VirtqueueConfig;
import rpmsg.virtio.ring.VringLayout;

/** Doorbells and rings that cost little, for one race each. */
final class RacingBells {
  /** Only a ring that is lost lets a race take that long. */
  static final long BOUND_NANOS = 2_000_000_000L;

  private static final int RACES = 1 << 16;
  private static final int STEP = 0x100;
  private static final int SIZE = 0x4000;
  private static final MemorySegment WORDS =
      Arena.global().allocate((long) RACES * STEP + SIZE, STEP);
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final VringLayout LAYOUT = VringLayout.of(4, 4);
  private static final ResourceTable TABLE = table();

  private RacingBells() {}

  /**
   * Memory for the words of two futex doorbells. The pieces overlap, the words do not, and a piece
   * comes again when its race is long over.
   */
  static MemorySegment words() {
    long race = NEXT.getAndIncrement() & RACES - 1;
    return WORDS.asSlice(race * STEP, SIZE);
  }

  static FutexDoorbell futex(MemorySegment words, int index) {
    try {
      return FutexDoorbell.open(words, TABLE, index);
    } catch (LinkException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static VirtqueueConfig ring(boolean eventIdx) {
    MemorySegment memory = MemorySegment.ofArray(new long[(int) (LAYOUT.size() + 7) / 8]);
    return new VirtqueueConfig(memory, 0, LAYOUT, ByteOrder.LITTLE_ENDIAN, eventIdx);
  }

  /** Vrings where the words are not: docs/wire-format.md. */
  private static ResourceTable table() {
    MemorySegment memory = MemorySegment.ofArray(new byte[0x80000]);
    int[] fields = {
      1, 1, 0, 0, 0x14, 3, 7, 0, 1, 0, 0, 2 << 8, 0x4000, 0x1000, 256, 1, 0, 0x8000, 0x1000, 256, 2
    };
    for (int i = 0; i < fields.length; i++) {
      memory.set(JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 4L * i, fields[i]);
    }
    try {
      return ResourceTable.parse(memory, ByteOrder.LITTLE_ENDIAN);
    } catch (LinkException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
