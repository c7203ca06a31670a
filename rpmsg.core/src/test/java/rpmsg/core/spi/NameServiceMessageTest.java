// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.spi;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The 40 bytes of an announcement, against vectors that were taken from the definition. */
class NameServiceMessageTest {
  private static final int FLAGS = 36;

  /** {@code rpmsg-client-sample}, address 0x400, CREATE. */
  private static final byte[] SAMPLE_LITTLE =
      hex(
          """
          72 70 6d 73 67 2d 63 6c 69 65 6e 74 2d 73 61 6d
          70 6c 65 00 00 00 00 00 00 00 00 00 00 00 00 00
          00 04 00 00 00 00 00 00
          """);

  private static final byte[] SAMPLE_BIG =
      hex(
          """
          72 70 6d 73 67 2d 63 6c 69 65 6e 74 2d 73 61 6d
          70 6c 65 00 00 00 00 00 00 00 00 00 00 00 00 00
          00 00 04 00 00 00 00 00
          """);

  /** {@code rpmsg-raw}, address 100, CREATE. */
  private static final byte[] RAW_CREATE =
      hex(
          """
          72 70 6d 73 67 2d 72 61 77 00 00 00 00 00 00 00
          00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
          64 00 00 00 00 00 00 00
          """);

  private static final byte[] RAW_DESTROY = withFlags(RAW_CREATE, 1);

  private static final NameServiceMessage SAMPLE =
      new NameServiceMessage("rpmsg-client-sample", 0x400, false);

  @Test
  void lx013_littleEndianVectorReadsAndWritesExactly() {
    assertVector(SAMPLE, SAMPLE_LITTLE, LITTLE_ENDIAN);
  }

  @Test
  void lx014_bigEndianVectorReadsAndWritesExactly() {
    assertVector(SAMPLE, SAMPLE_BIG, BIG_ENDIAN);
  }

  @Test
  void lx008_createIsFlagZero() {
    assertVector(new NameServiceMessage("rpmsg-raw", 100, false), RAW_CREATE, LITTLE_ENDIAN);
  }

  @Test
  void lx008_destroyIsFlagOne() {
    assertVector(new NameServiceMessage("rpmsg-raw", 100, true), RAW_DESTROY, LITTLE_ENDIAN);
  }

  @Test
  void lx008_destroyIsFlagOneInBigEndian() {
    byte[] bytes = new NameServiceMessage("rpmsg-raw", 100, true).encode(BIG_ENDIAN);
    assertArrayEquals(hex("00 00 00 64 00 00 00 01"), Arrays.copyOfRange(bytes, 32, 40));
  }

  @Test
  void lx006_messageIs40Bytes() {
    assertEquals(40, NameServiceMessage.SIZE);
    assertEquals(40, new NameServiceMessage("", 0, false).encode(LITTLE_ENDIAN).length);
    assertEquals(40, new NameServiceMessage("n".repeat(31), -1, true).encode(BIG_ENDIAN).length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 39, 41, 56})
  void lx006_otherLengthsAreRefused(int length) {
    assertThrows(
        IllegalArgumentException.class,
        () -> NameServiceMessage.decode(new byte[length], LITTLE_ENDIAN));
  }

  @Test
  void lx009_nameIsPaddedWithZeros() {
    byte[] bytes = new NameServiceMessage("ab", 7, false).encode(LITTLE_ENDIAN);
    assertArrayEquals(new byte[30], Arrays.copyOfRange(bytes, 2, 32));
  }

  @Test
  void lx009_longestNameKeepsItsClosingNul() {
    byte[] bytes = new NameServiceMessage("n".repeat(31), -1, false).encode(LITTLE_ENDIAN);
    assertEquals('n', bytes[30]);
    assertEquals(0, bytes[31]);
  }

  @Test
  void lx010_garbageAfterTheFirstNulIsIgnored() {
    byte[] bytes = SAMPLE_LITTLE.clone();
    Arrays.fill(bytes, 20, 32, (byte) 0xa5);
    assertEquals(SAMPLE, NameServiceMessage.decode(bytes, LITTLE_ENDIAN));
  }

  @Test
  void lx096_unterminatedNameKeeps31Characters() {
    byte[] bytes = RAW_CREATE.clone();
    Arrays.fill(bytes, 0, 32, (byte) 'x');
    assertEquals("x".repeat(31), NameServiceMessage.decode(bytes, LITTLE_ENDIAN).name());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4, 0x80000000, 0xfffffffe})
  void lx101_flagsWithBitZeroClearAreCreate(int flags) {
    assertFalse(NameServiceMessage.decode(withFlags(RAW_CREATE, flags), LITTLE_ENDIAN).destroy());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 0x80000001, 0xffffffff})
  void lx101_flagsWithBitZeroSetAreDestroy(int flags) {
    assertTrue(NameServiceMessage.decode(withFlags(RAW_CREATE, flags), LITTLE_ENDIAN).destroy());
  }

  @Test
  void emptyNameIsAName() {
    assertEquals(
        new NameServiceMessage("", 0, false),
        NameServiceMessage.decode(new byte[40], LITTLE_ENDIAN));
  }

  @Test
  void addressesAreUnsigned32Bits() {
    byte[] bytes = new NameServiceMessage("a", 0xfffffffe, false).encode(LITTLE_ENDIAN);
    assertEquals(0xfffffffe, NameServiceMessage.decode(bytes, LITTLE_ENDIAN).address());
    assertTrue(NameServiceMessage.decode(bytes, LITTLE_ENDIAN).toString().contains("0xfffffffe"));
  }

  @Test
  void everyByteOfANameComesBackAsItWas() {
    for (int first = 1; first < 256; first++) {
      byte[] bytes = RAW_CREATE.clone();
      bytes[0] = (byte) first;
      NameServiceMessage message = NameServiceMessage.decode(bytes, LITTLE_ENDIAN);
      assertArrayEquals(bytes, message.encode(LITTLE_ENDIAN), "first byte " + first);
    }
  }

  private static void assertVector(NameServiceMessage message, byte[] bytes, ByteOrder order) {
    assertArrayEquals(bytes, message.encode(order));
    assertEquals(message, NameServiceMessage.decode(bytes, order));
  }

  private static byte[] withFlags(byte[] message, int flags) {
    byte[] bytes = message.clone();
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[FLAGS + i] = (byte) (flags >>> (8 * i));
    }
    return bytes;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replaceAll("\\s", ""));
  }
}
