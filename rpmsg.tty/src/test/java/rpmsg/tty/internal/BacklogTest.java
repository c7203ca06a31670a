// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacklogTest {
  private static final int CAPACITY = 100;

  @Test
  void bytesComeOutInOrderWhateverTheSizes() {
    Backlog backlog = new Backlog(CAPACITY);
    Random random = new Random(1);
    int in = 0;
    int out = 0;
    int wraps = 0;
    while (out < 100_000) {
      int length = random.nextInt(backlog.room() + 1);
      byte[] bytes = new byte[length];
      for (int i = 0; i < length; i++) {
        bytes[i] = (byte) in++;
      }
      backlog.put(MemorySegment.ofArray(bytes));
      assertEquals(CAPACITY - (in - out), backlog.room());
      MemorySegment first = backlog.first();
      wraps += first.byteSize() < in - out ? 1 : 0;
      int taken = random.nextInt((int) first.byteSize() + 1);
      for (int i = 0; i < taken; i++) {
        assertEquals((byte) out++, first.get(ValueLayout.JAVA_BYTE, i));
      }
      backlog.remove(taken);
      assertEquals(in == out, backlog.isEmpty());
    }
    assertTrue(wraps > 100, "the end of the memory was in between");
  }
}
