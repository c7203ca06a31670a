// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What a foreign client offers. It announces {@link #ECHO} last; the others are optional. Numbers
 * are 64 bits, little-endian.
 */
final class ForeignServices {
  /** Sends each message back to its sender. */
  static final String ECHO = "bench";

  /**
   * Counts messages. One whose number is -1 is answered by two numbers: how many messages came
   * since the last such one, and how many of these had not the number that was due, from 0 on.
   */
  static final String SINK = "bench-sink";

  /**
   * Is sent two numbers, a count and a size, and sends that many messages of that size to the
   * sender, numbered from 0 as {@link rpmsg.bench.internal.carrier.Stamp} says, and then one more
   * of number -1.
   */
  static final String SOURCE = "bench-source";

  /** Bytes of two numbers. */
  static final int PAIR = 16;

  private static final ValueLayout.OfLong NUMBER =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ForeignServices() {}

  static MemorySegment pair(long first, long second) {
    MemorySegment pair = MemorySegment.ofArray(new byte[PAIR]);
    pair.set(NUMBER, 0, first);
    pair.set(NUMBER, 8, second);
    return pair;
  }

  static long first(MemorySegment pair) {
    return pair.get(NUMBER, 0);
  }

  static long second(MemorySegment pair) {
    return pair.get(NUMBER, 8);
  }
}
