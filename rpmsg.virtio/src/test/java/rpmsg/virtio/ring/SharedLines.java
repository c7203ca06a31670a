// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * Counts the cache lines of shared memory that one side stores to: the memory is filled with a
 * pattern, and every line that has lost it was stored to, also where the same value was there
 * before. Only for memory that the other side does not read meanwhile.
 */
public final class SharedLines {
  private static final int LINE = 64;
  private static final byte PATTERN = (byte) 0xA5;

  private final MemorySegment memory;

  private SharedLines(MemorySegment memory) {
    this.memory = memory;
  }

  /** Begins to count; the memory starts with a cache line. */
  public static SharedLines of(MemorySegment memory) {
    memory.fill(PATTERN);
    return new SharedLines(memory);
  }

  /** How many lines were stored to since. */
  public int stored() {
    int lines = 0;
    for (long line = 0; line < memory.byteSize(); line += LINE) {
      lines += stored(line, Math.min(memory.byteSize() - line, LINE)) ? 1 : 0;
    }
    return lines;
  }

  /** Whether one of these bytes was stored to. */
  public boolean stored(long offset, long length) {
    for (long at = offset; at < offset + length; at++) {
      if (memory.get(JAVA_BYTE, at) != PATTERN) {
        return true;
      }
    }
    return false;
  }
}
