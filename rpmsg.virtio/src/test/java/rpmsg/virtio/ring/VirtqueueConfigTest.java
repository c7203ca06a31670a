// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class VirtqueueConfigTest {

  private static final VringLayout LAYOUT = VringLayout.of(4, 4);

  private final MemorySegment memory = Arena.ofAuto().allocate(256, 4096);

  @Test
  void theRingMustLieWithinTheMemory() {
    assertDoesNotThrow(() -> config(memory, 136));
    for (long offset : new long[] {140, 256, 1 << 20, Long.MAX_VALUE - 3, -4, Long.MIN_VALUE}) {
      assertEquals(
          "ring: expected within memory of 256 bytes, actual offset " + offset + " and size 118",
          refused(memory, offset));
    }
  }

  @Test
  void theRingMustBeAlignedTo4Bytes() {
    String expected = "descriptor table: expected aligned to 4 bytes, actual ";
    assertTrue(refused(memory, 2).startsWith(expected + "2 in"));
    assertTrue(refused(memory, 1).startsWith(expected + "1 in"));
    assertTrue(refused(memory.asSlice(2), 0).startsWith(expected + "2 in"));
    assertTrue(refused(MemorySegment.ofArray(new byte[256]), 0).startsWith(expected + "1 in"));
    assertDoesNotThrow(() -> config(memory.asSlice(2), 2));
    assertDoesNotThrow(() -> config(MemorySegment.ofArray(new long[32]), 4));
  }

  @Test
  void theMemoryMustBeWritable() {
    assertEquals(
        "descriptor table: expected writable, actual read-only", refused(memory.asReadOnly(), 0));
  }

  @Test
  void thePartsMayLieApartInAnyOrder() {
    VirtqueueConfig apart =
        new VirtqueueConfig(
            memory.asSlice(128, 64),
            memory.asSlice(64, 14),
            memory.asSlice(0, 38),
            4,
            LITTLE_ENDIAN,
            true);
    DriverVirtqueue driver = apart.driver();
    DeviceVirtqueue device = apart.device();
    driver.add(0x1234, 512, 0);
    driver.publishAvail();
    assertEquals(0, device.nextAvail());
    assertEquals(0x1234, device.address());
    assertEquals(0x34, memory.get(JAVA_BYTE, 128));
    assertEquals(1, memory.get(JAVA_BYTE, 66));
    device.addUsed(0, 512);
    device.publishUsed();
    assertEquals(1, memory.get(JAVA_BYTE, 2));
  }

  @Test
  void eachPartMustBeLongEnough() {
    for (int[] sizes : new int[][] {{63, 14, 38}, {64, 13, 38}, {64, 14, 37}}) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new VirtqueueConfig(
                  memory.asSlice(128, sizes[0]),
                  memory.asSlice(64, sizes[1]),
                  memory.asSlice(0, sizes[2]),
                  4,
                  LITTLE_ENDIAN,
                  true));
    }
  }

  @Test
  void eventIdxNeedsRoomForTheEvents() {
    VringLayout lite = VringLayout.withoutEvents(4, 4);
    assertThrows(
        IllegalArgumentException.class,
        () -> new VirtqueueConfig(memory, 0, lite, LITTLE_ENDIAN, true));
    assertDoesNotThrow(() -> new VirtqueueConfig(memory, 0, lite, LITTLE_ENDIAN, false));
  }

  @Test
  void lx138_theDriverZeroesTheRingAndNothingElse() {
    memory.fill((byte) 0xA5);
    DriverVirtqueue driver = config(memory, 64).driver();
    for (int i = 0; i < 256; i++) {
      int expected = i >= 64 && i < 64 + 118 ? 0 : (byte) 0xA5;
      assertEquals(expected, memory.get(JAVA_BYTE, i), "byte " + i);
    }
    assertEquals(0, driver.availIndex());
    assertEquals(0, driver.usedIndex());
    assertEquals(4, driver.free());
  }

  @Test
  void aFreshDeviceWritesNothing() {
    memory.fill((byte) 0);
    config(memory, 0).device();
    assertEquals(-1, memory.mismatch(MemorySegment.ofArray(new byte[256])));
  }

  @Test
  void aClosedArenaReachesTheCaller() {
    Arena arena = Arena.ofConfined();
    DriverVirtqueue driver = config(arena.allocate(256, 4096), 0).driver();
    arena.close();
    assertThrows(IllegalStateException.class, () -> driver.add(0, 512, 0));
  }

  private static VirtqueueConfig config(MemorySegment memory, long offset) {
    return new VirtqueueConfig(memory, offset, LAYOUT, LITTLE_ENDIAN, false);
  }

  private static String refused(MemorySegment memory, long offset) {
    return assertThrows(IllegalArgumentException.class, () -> config(memory, offset)).getMessage();
  }
}
