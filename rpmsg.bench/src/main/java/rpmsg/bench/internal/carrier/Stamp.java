// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The content of a message: its sequence number as a little-endian 64-bit number at payload offset
 * 0, 64, 128 and so on, as long as it fits. So every cache line of the payload is written by the
 * sender and read by the receiver in every row, and a line that is old or torn is found. The bytes
 * in between are whatever they were.
 */
public final class Stamp {
  /** The number of the message that ends a flood. */
  public static final long LAST = -1;

  /** Read instead of a number when the lines of one message differ. */
  public static final long TORN = -2;

  /** Bytes of payload that a message needs at least. */
  public static final int MIN_SIZE = 8;

  private static final int LINE = 64;
  private static final ValueLayout.OfLong NUMBER =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Stamp() {}

  /** Writes a number into a payload. */
  public static void write(MemorySegment memory, long offset, int size, long sequence) {
    for (int at = 0; at <= size - MIN_SIZE; at += LINE) {
      memory.set(NUMBER, offset + at, sequence);
    }
  }

  /** Reads the number from a payload. */
  public static long read(MemorySegment memory, long offset, int size) {
    long first = memory.get(NUMBER, offset);
    long differs = 0;
    for (int at = LINE; at <= size - MIN_SIZE; at += LINE) {
      differs |= memory.get(NUMBER, offset + at) ^ first;
    }
    return differs == 0 ? first : TORN;
  }
}
