// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.link.Tables.ENTRY;
import static rpmsg.virtio.internal.link.Tables.octet;
import static rpmsg.virtio.internal.link.Tables.parse;
import static rpmsg.virtio.internal.link.Tables.refused;
import static rpmsg.virtio.internal.link.Tables.word;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.virtio.internal.link.LinkException.Kind;

class ResourceTableTest {

  private static final int VRING0 = ENTRY + TableFormat.vring(0);
  private static final int VRING1 = ENTRY + TableFormat.vring(1);

  private static final String DEFAULT_TABLE =
      "01000000 01000000 00000000 00000000 14000000"
          + "03000000 07000000 00000000 01000000 00000000 00000000 00020000"
          + "00400000 00100000 00010000 01000000 00000000"
          + "00800000 00100000 00010000 02000000 00000000";

  @Test
  void defaultTableIsTheOneOfOpenAmpByteForByte() {
    byte[] expected = HexFormat.of().parseHex(DEFAULT_TABLE.replace(" ", ""));
    byte[] memory = new byte[0x80000];
    Arrays.fill(memory, 0, 0x58, (byte) 0);
    memory[0x58] = 0x5a;
    new TableLayout(LinkOptions.DEFAULT).write(MemorySegment.ofArray(memory));
    assertEquals(0x58, expected.length);
    assertArrayEquals(expected, Arrays.copyOf(memory, 0x58));
    assertEquals(0x5a, memory[0x58], "nothing is written behind the table");
  }

  @Test
  void defaultLayoutIsReadBack() throws LinkException {
    ResourceTable table = parse(Tables.good());
    assertEquals(new Vring(0x4000, 256, 0x1000, 1), table.vrings().get(0));
    assertEquals(new Vring(0x8000, 256, 0x1000, 2), table.vrings().get(1));
    assertEquals(0x6806, table.vrings().get(0).end());
    assertEquals(0, table.configLength());
  }

  @ParameterizedTest
  @CsvSource({"1,4", "2,16", "64,4096", "512,64", "1024,8192", "32768,65536"})
  void otherSizesAndAlignmentsAreLaidOutAndReadBack(int num, int align) throws LinkException {
    LinkOptions options = LinkOptions.DEFAULT.withVrings(num, align).withSizes(0, 0x1000);
    MemorySegment memory = Tables.with(options);
    ResourceTable table = parse(memory);
    assertEquals(num, table.vrings().get(1).num());
    assertEquals(align, table.vrings().get(1).align());
    long end = table.vrings().get(1).end();
    assertTrue(Pool.behind(end, memory.byteSize()).size() >= 0x1000);
  }

  @Test
  void bigEndianTableIsReadInItsOrder() throws LinkException {
    MemorySegment memory = Tables.with(LinkOptions.DEFAULT.withOrder(ByteOrder.BIG_ENDIAN));
    assertEquals(1, memory.get(JAVA_BYTE, 3));
    assertEquals(256, ResourceTable.parse(memory, ByteOrder.BIG_ENDIAN).vrings().get(0).num());
    refused(Kind.BAD_TABLE, memory);
  }

  @ParameterizedTest
  @CsvSource({
    "4,2,44,66",
    "4,256,4616,6670",
    "16,2,48,70",
    "16,256,4624,6678",
    "16,512,9232,13334",
    "4096,2,4096,4118",
    "4096,256,8192,10246",
    "4096,512,12288,16390"
  })
  void lx018_lx019_vringSizeAndUsedOffset(int align, int num, long used, long size) {
    Vring vring = new Vring(0, num, align, 0);
    assertEquals(used, vring.usedOffset());
    assertEquals(size, vring.size());
  }

  @Test
  void lx020_configSpaceFollowsTheVrings() throws LinkException {
    MemorySegment memory = Tables.with(LinkOptions.DEFAULT.withConfig(new byte[] {9, -1}));
    ResourceTable table = parse(memory);
    assertEquals(2, table.configLength());
    assertEquals(0x58, table.configOffset());
    assertEquals(0x2c, table.statusOffset());
    assertEquals(0x20, table.deviceFeaturesOffset());
    assertEquals(0x24, table.driverFeaturesOffset());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x2e, 0x2f, 0x08, 0x0c})
  void lx021_nonZeroReservedIsRejected(int offset) {
    MemorySegment memory = Tables.good();
    octet(memory, offset, 1);
    refused(Kind.BAD_TABLE, memory);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 255})
  void lx022_otherThanTwoVringsIsRejected(int count) {
    MemorySegment memory = Tables.good();
    octet(memory, 0x2d, count);
    refused(Kind.BAD_TABLE, memory);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3, 255, 65536, 0xFFFFFFFFL, 0x80000000L})
  void lx023_numThatIsNoPowerOfTwoUpTo32768IsRejected(long num) {
    for (int vring : new int[] {VRING0, VRING1}) {
      MemorySegment memory = Tables.good();
      word(memory, vring + 8, num);
      refused(Kind.BAD_TABLE, memory);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4095, 0xFFFFFFFFL, 0x80000000L})
  void lx023_alignThatIsNoPowerOfTwoFrom4IsRejected(long align) {
    for (int vring : new int[] {VRING0, VRING1}) {
      MemorySegment memory = Tables.good();
      word(memory, vring + 4, align);
      refused(Kind.BAD_TABLE, memory);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x58, 0x57, 0x31, 0x20})
  void lx024_truncatedTableIsRejected(int length) {
    MemorySegment memory = Tables.good();
    MemorySegment shorter = memory.asSlice(0, length);
    assertTrue(refused(Kind.TRUNCATED, shorter).getMessage().contains("beyond the memory"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0x80000 - 0x58 + 1, 0x80000, 0xFFFFFFFFL})
  void lx024_configSpaceBeyondTheMemoryIsRejected(long length) {
    MemorySegment memory = Tables.good();
    word(memory, 0x28, length);
    refused(Kind.TRUNCATED, memory);
  }

  @Test
  void lx025_notifyIdsAreOverwrittenWith0And1() throws LinkException {
    MemorySegment memory = Tables.good();
    byte[] before = memory.toArray(JAVA_BYTE);
    ResourceTable table = parse(memory);
    table.assignNotifyIds(memory);
    before[0x3c] = 0;
    before[0x50] = 1;
    assertArrayEquals(before, memory.toArray(JAVA_BYTE));
    assertEquals(1, parse(memory).vrings().get(1).notifyId());
    assertTrue(table.isIn(memory), "the numbers are the host's to write");
  }

  @Test
  void noTableYetIsTransient() {
    assertTrue(refused(Kind.NOT_READY, MemorySegment.ofArray(new byte[0x80000])).transientFault());
    assertTrue(refused(Kind.NOT_READY, MemorySegment.ofArray(new byte[1])).transientFault());
  }

  @ParameterizedTest
  @CsvSource({"0,2", "0,0x01000000", "4,0", "4,17", "4,0xFFFFFFFF", "0x10,0x10", "0x10,0"})
  void badHeaderIsRejected(String offset, String value) {
    MemorySegment memory = Tables.good();
    word(memory, Long.decode(offset), Long.decode(value));
    assertFalse(refused(Kind.BAD_TABLE, memory).transientFault());
  }

  @ParameterizedTest
  @ValueSource(longs = {0x80000 - 3, 0x80000, 0xFFFFFFFFL, 0x80000000L})
  void entryOutsideTheMemoryIsRejected(long offset) {
    MemorySegment memory = Tables.good();
    word(memory, 0x10, offset);
    refused(Kind.TRUNCATED, memory);
  }

  @Test
  void lx113_tableWithoutAnRpmsgDeviceIsRejected() {
    MemorySegment otherType = Tables.good();
    word(otherType, ENTRY, 0);
    refused(Kind.BAD_TABLE, otherType);
    MemorySegment otherDevice = Tables.good();
    word(otherDevice, ENTRY + 4, 3);
    refused(Kind.BAD_TABLE, otherDevice);
  }

  @Test
  void firstRpmsgDeviceIsTakenAndOtherEntriesAreSkipped() throws LinkException {
    MemorySegment memory = Tables.good();
    byte[] entry = memory.asSlice(ENTRY, 68).toArray(JAVA_BYTE);
    memory.asSlice(0, 0x100).fill((byte) 0);
    word(memory, 0, 1);
    word(memory, 4, 4);
    long[] offsets = {0x7fffc, 0x201, 0x301, 0x401};
    for (int i = 0; i < 4; i++) {
      word(memory, 0x10 + 4 * i, offsets[i]);
    }
    word(memory, 0x7fffc, 3);
    word(memory, 0x201, 2);
    MemorySegment.copy(MemorySegment.ofArray(entry), 0, memory, 0x301, 68);
    MemorySegment.copy(MemorySegment.ofArray(entry), 0, memory, 0x401, 68);
    word(memory, 0x401 + 36, 512);
    ResourceTable table = parse(memory);
    assertEquals(0x301 + 24, table.statusOffset());
    assertEquals(256, table.vrings().get(0).num());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0xFFFFFFFF",
    "0, 0x4008",
    "0, 0x4010",
    "0, 0",
    "0, 0x7000",
    "0, 0x9000",
    "0, 0xA000"
  })
  void misplacedVringIsRejected(int index, String address) {
    MemorySegment memory = Tables.good();
    word(memory, VRING0 + 20 * index, Long.decode(address));
    refused(Kind.BAD_TABLE, memory);
  }

  @Test
  void vringOverTheConfigSpaceIsRejected() {
    MemorySegment memory = Tables.good();
    word(memory, 0x28, 0x4000 - 0x58 + 1);
    refused(Kind.BAD_TABLE, memory);
  }

  @ParameterizedTest
  @ValueSource(longs = {0x7e000, 0x80000, 0xFFFFF000L})
  void vringBeyondTheMemoryIsRejected(long address) {
    MemorySegment memory = Tables.good();
    word(memory, VRING1, address);
    refused(Kind.TRUNCATED, memory);
  }

  @Test
  void ringThatEndsWithTheMemoryIsTaken() throws LinkException {
    MemorySegment memory = Tables.good().asSlice(0, 0xA806);
    ResourceTable table = parse(memory);
    assertEquals(0, Pool.behind(table.vrings().get(1).end(), memory.byteSize()).size());
    refused(Kind.TRUNCATED, memory.asSlice(0, 0xA805));
  }

  @Test
  void poolTakesTheCoarsestAlignmentThatFits() {
    assertEquals(new Pool(0x10000, 0x70000), Pool.behind(0xA806, 0x80000));
    assertEquals(new Pool(0xB000, 0x5000), Pool.behind(0xA806, 0x10000));
    assertEquals(new Pool(0xA810, 0x7F0), Pool.behind(0xA806, 0xB000));
    assertEquals(new Pool(0xA810, 0), Pool.behind(0xA806, 0xA810));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x04, 0x10, 0x20, 0x28, 0x30, 0x34, 0x38, 0x44, 0x48, 0x4c, 0x2d})
  void rewrittenTableIsNoticed(int offset) throws LinkException {
    MemorySegment memory = Tables.good();
    ResourceTable table = parse(memory);
    octet(memory, offset, memory.get(JAVA_BYTE, offset) ^ 4);
    assertFalse(table.isIn(memory));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x24, 0x27, 0x2c, 0x3c, 0x40, 0x50, 0x54})
  void fieldsThatChangeInUseAreNoRewrite(int offset) throws LinkException {
    MemorySegment memory = Tables.good();
    ResourceTable table = parse(memory);
    octet(memory, offset, 0xff);
    assertTrue(table.isIn(memory));
  }

  @Test
  void rewritingResetsTheStatusOfTheEarlierTableWhereverItWas() throws LinkException {
    MemorySegment memory = Tables.good();
    byte[] entry = memory.asSlice(ENTRY, 68).toArray(JAVA_BYTE);
    MemorySegment.copy(MemorySegment.ofArray(entry), 0, memory, 0x200, 68);
    word(memory, 0x10, 0x200);
    long status = parse(memory).statusOffset();
    octet(memory, status, 7);
    new TableLayout(LinkOptions.DEFAULT).write(memory);
    assertEquals(0, memory.get(JAVA_BYTE, status));
    assertEquals(0x2c, parse(memory).statusOffset());
  }

  @Test
  void onlyEmptyMemoryAndTablesMayBeReplaced() {
    byte[] table = new TableLayout(LinkOptions.DEFAULT).bytes();
    byte[] halfWritten = table.clone();
    halfWritten[0] = 0;
    byte[] manyEntries = table.clone();
    manyEntries[4] = 17;
    assertTrue(mayReplace(new byte[0]));
    assertTrue(mayReplace(new byte[0x58]));
    assertTrue(mayReplace(table));
    assertTrue(mayReplace(halfWritten));
    assertFalse(mayReplace(manyEntries));
    assertFalse(mayReplace(new byte[] {1}));
    assertFalse(mayReplace("# my notes".getBytes(StandardCharsets.UTF_8)));
  }

  private static boolean mayReplace(byte[] head) {
    return TableLayout.mayReplace(head, ByteOrder.LITTLE_ENDIAN);
  }
}
