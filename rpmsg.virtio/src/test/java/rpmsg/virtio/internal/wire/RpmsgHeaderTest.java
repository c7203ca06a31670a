// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class RpmsgHeaderTest {
  private static final RpmsgHeader LITTLE = new RpmsgHeader(ByteOrder.LITTLE_ENDIAN);
  private static final RpmsgHeader BIG = new RpmsgHeader(ByteOrder.BIG_ENDIAN);

  @Test
  void lx001_lx002_lx003_lx004_writesEachFieldAtItsPlaceAndZeroElsewhere() {
    assertEquals("040302018877665500000000cdab0000", written(LITTLE));
    assertEquals("010203045566778800000000abcd0000", written(BIG));
  }

  @Test
  void lx016_helloHeaderIsByteExact() {
    byte[] bytes = scribbled(16);
    LITTLE.write(MemorySegment.ofArray(bytes), 0x400, 0x400, 12);
    assertEquals("0004000000040000000000000c000000", HexFormat.of().formatHex(bytes));
  }

  @Test
  void lx017_emptyPayloadHeaderIsByteExact() {
    byte[] bytes = scribbled(16);
    LITTLE.write(MemorySegment.ofArray(bytes), 0x400, 0x401, 0);
    assertEquals("00040000010400000000000000000000", HexFormat.of().formatHex(bytes));
  }

  @Test
  void lx005_readsPastReservedAndFlags() {
    MemorySegment little = hex("0104000035000000ffffffff2800ffff");
    assertEquals(0x401, LITTLE.src(little));
    assertEquals(53, LITTLE.dst(little));
    assertEquals(40, LITTLE.length(little));
    MemorySegment big = hex("0000040100000035ffffffff0028ffff");
    assertEquals(0x401, BIG.src(big));
    assertEquals(53, BIG.dst(big));
    assertEquals(40, BIG.length(big));
  }

  @Test
  void lengthIsUnsigned() {
    assertEquals(65535, LITTLE.length(hex("000000000000000000000000ffff0000")));
    assertEquals(0xFF00, BIG.length(hex("000000000000000000000000ff000000")));
  }

  @Test
  void nothingBehindTheHeaderIsTouchedAndItNeedNotBeAligned() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(32, 8).fill((byte) 0x55);
      LITTLE.write(memory.asSlice(3, 16), 1, 2, 3);
      byte[] bytes = memory.toArray(ValueLayout.JAVA_BYTE);
      assertEquals("555555", HexFormat.of().formatHex(bytes, 0, 3));
      assertEquals("01000000020000000000000003000000", HexFormat.of().formatHex(bytes, 3, 19));
      assertArrayEquals(scribbled(13), Arrays.copyOfRange(bytes, 19, 32));
    }
  }

  private static String written(RpmsgHeader header) {
    byte[] bytes = scribbled(RpmsgHeader.SIZE);
    header.write(MemorySegment.ofArray(bytes), 0x01020304, 0x55667788, 0xABCD);
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] scribbled(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0x55);
    return bytes;
  }

  private static MemorySegment hex(String text) {
    return MemorySegment.ofArray(HexFormat.of().parseHex(text));
  }
}
