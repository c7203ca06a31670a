// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VringLayoutTest {

  private static final int[] NUMS = {2, 4, 8, 16, 32, 64, 128, 256, 512};
  private static final int[] ALIGNS = {4, 16, 4096};

  private static final int[][] SIZES = {
    {66, 118, 222, 430, 846, 1678, 3342, 6670, 13326},
    {70, 118, 230, 438, 854, 1686, 3350, 6678, 13334},
    {4118, 4134, 4166, 4230, 4358, 4614, 5126, 10246, 16390},
  };

  private static final int[][] USED_OFFSETS = {
    {44, 80, 152, 296, 584, 1160, 2312, 4616, 9224},
    {48, 80, 160, 304, 592, 1168, 2320, 4624, 9232},
    {4096, 4096, 4096, 4096, 4096, 4096, 4096, 8192, 12288},
  };

  @Test
  void lx018_sizeIsLinuxVringSize() {
    for (int a = 0; a < ALIGNS.length; a++) {
      for (int n = 0; n < NUMS.length; n++) {
        assertEquals(SIZES[a][n], VringLayout.of(NUMS[n], ALIGNS[a]).size(), at(a, n));
      }
    }
  }

  @Test
  void lx019_usedRingLiesWhereLinuxPutsIt() {
    for (int a = 0; a < ALIGNS.length; a++) {
      for (int n = 0; n < NUMS.length; n++) {
        assertEquals(USED_OFFSETS[a][n], VringLayout.of(NUMS[n], ALIGNS[a]).usedOffset(), at(a, n));
      }
    }
  }

  @Test
  void partsOfARingOf256() {
    VringLayout layout = VringLayout.of(256, 4096);
    assertEquals(0, layout.descOffset());
    assertEquals(0x1000, layout.availOffset());
    assertEquals(0x2000, layout.usedOffset());
    assertEquals(0x1000, VringLayout.descSize(256));
    assertEquals(0x204, VringLayout.availSize(256, false));
    assertEquals(0x206, VringLayout.availSize(256, true));
    assertEquals(0x804, VringLayout.usedSize(256, false));
    assertEquals(0x806, VringLayout.usedSize(256, true));
  }

  @Test
  void theSmallestAndTheLargestRing() {
    assertEquals(24, VringLayout.of(1, 4).usedOffset());
    assertEquals(38, VringLayout.of(1, 4).size());
    assertEquals(589_832, VringLayout.of(32768, 4).usedOffset());
    assertEquals(851_982, VringLayout.of(32768, 4).size());
  }

  @Test
  void rpmsgLiteLeavesNoRoomForEventsAtAlign4() {
    assertEquals(40, VringLayout.withoutEvents(2, 4).usedOffset());
    for (int n = 1; n < NUMS.length; n++) {
      int expected = USED_OFFSETS[0][n] - 4;
      assertEquals(expected, VringLayout.withoutEvents(NUMS[n], 4).usedOffset(), at(0, n));
    }
  }

  @Test
  void rpmsgLiteAgreesFromAlign16OnAndAtAlign8AboveNum2() {
    assertEquals(40, VringLayout.withoutEvents(2, 8).usedOffset());
    assertEquals(48, VringLayout.of(2, 8).usedOffset());
    for (int num : NUMS) {
      for (int align : new int[] {8, 16, 32, 4096}) {
        int standard = VringLayout.of(num, align).usedOffset();
        int lite = VringLayout.withoutEvents(num, align).usedOffset();
        assertEquals(num > 2 || align > 8, standard == lite, "num " + num + " align " + align);
      }
    }
  }

  @Test
  void onlyTheStandardLayoutHasEvents() {
    assertTrue(VringLayout.of(16, 4096).hasEvents());
    assertFalse(VringLayout.withoutEvents(16, 4).hasEvents());
    assertFalse(VringLayout.withoutEvents(16, 4096).hasEvents());
    assertNotEquals(VringLayout.of(16, 4096), VringLayout.withoutEvents(16, 4096));
  }

  @Test
  void numMustBeAPowerOfTwoFrom1To32768() {
    for (int num : new int[] {0, -1, 3, 255, 65536, Integer.MIN_VALUE}) {
      String message = refused(() -> VringLayout.of(num, 4096));
      assertEquals("num: expected a power of two from 1 to 32768, actual " + num, message);
      assertEquals(message, refused(() -> VringLayout.withoutEvents(num, 4096)));
    }
  }

  @Test
  void alignMustBeAPowerOfTwoFrom4On() {
    for (int align : new int[] {0, 1, 2, 6, -4096, Integer.MIN_VALUE}) {
      String message = refused(() -> VringLayout.of(16, align));
      assertEquals("align: expected a power of two from 4 to 1073741824, actual " + align, message);
    }
    assertEquals((1 << 30) + 134, VringLayout.of(16, 1 << 30).size());
  }

  @Test
  void aLayoutOfOnesOwnMustHoldTogether() {
    assertEquals(8192, new VringLayout(4, 4096, 8192, 9000).usedOffset());
    assertEquals(
        "usedOffset: expected a multiple of 4 from 76 on, actual 72",
        refused(() -> new VringLayout(4, 4, 72, 200)));
    assertEquals(
        "usedOffset: expected a multiple of 16 from 80 on, actual 84",
        refused(() -> new VringLayout(4, 16, 84, 200)));
    assertEquals(
        "size: expected at least 116, actual 115", refused(() -> new VringLayout(4, 4, 80, 115)));
  }

  private static String refused(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }

  private static String at(int a, int n) {
    return "align " + ALIGNS[a] + " num " + NUMS[n];
  }
}
