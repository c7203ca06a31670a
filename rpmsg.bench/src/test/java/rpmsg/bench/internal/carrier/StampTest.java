// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StampTest {

  private final byte[] bytes = new byte[600];
  private final MemorySegment memory = MemorySegment.ofArray(bytes);

  @ParameterizedTest
  @ValueSource(ints = {8, 16, 71, 72, 128, 496})
  void whatIsWrittenIsRead(int size) {
    Stamp.write(memory, 4, size, 0x1122334455667788L);
    assertEquals(0x1122334455667788L, Stamp.read(memory, 4, size));
    assertEquals(0, bytes[3]);
    assertEquals(0, bytes[4 + size]);
  }

  @Test
  void theNumberIsLittleEndianInEachLineOf64Bytes() {
    Stamp.write(memory, 0, 136, 0x0102L);
    for (int at : new int[] {0, 64, 128}) {
      assertEquals(2, bytes[at]);
      assertEquals(1, bytes[at + 1]);
    }
    assertEquals(0, bytes[8]);
  }

  @Test
  void anOldLineIsFound() {
    Stamp.write(memory, 0, 496, 6);
    Stamp.write(memory, 0, 440, 7);
    assertEquals(7, Stamp.read(memory, 0, 440));
    assertEquals(Stamp.TORN, Stamp.read(memory, 0, 496));
  }
}
