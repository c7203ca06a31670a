// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Two buffers there and back, and every byte of the ring afterwards. */
class GoldenMemoryTest {

  private static final String LITTLE =
      """
      8877665544332211 00020000 0200 0000
      0807060504030201 20000000 0000 0000
      0000000000000000 00000000 0000 0000
      0000000000000000 00000000 0000 0000
      %s 0200 0000 0100 0000 0000 %s 0000
      %s 0200
      01000000 00020000
      00000000 20000000
      00000000 00000000
      00000000 00000000
      %s
      """;

  private static final String BIG =
      """
      1122334455667788 00000200 0002 0000
      0102030405060708 00000020 0000 0000
      0000000000000000 00000000 0000 0000
      0000000000000000 00000000 0000 0000
      %s 0002 0000 0001 0000 0000 %s 0000
      %s 0002
      00000001 00000200
      00000000 00000020
      00000000 00000000
      00000000 00000000
      %s
      """;

  @Test
  void littleEndianWithFlags() {
    assertEquals(bytes(LITTLE, "0100", "0000", "0100", "0000"), exchange(LITTLE_ENDIAN, false));
  }

  @Test
  void bigEndianWithFlags() {
    assertEquals(bytes(BIG, "0001", "0000", "0001", "0000"), exchange(BIG_ENDIAN, false));
  }

  @Test
  void littleEndianWithEvents() {
    assertEquals(bytes(LITTLE, "0000", "0100", "0000", "0200"), exchange(LITTLE_ENDIAN, true));
  }

  @Test
  void bigEndianWithEvents() {
    assertEquals(bytes(BIG, "0000", "0001", "0000", "0002"), exchange(BIG_ENDIAN, true));
  }

  private static String exchange(ByteOrder order, boolean eventIdx) {
    VirtqueueConfig config = Rings.of(4, order, eventIdx);
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    driver.add(0x1122334455667788L, 0x200, VringFlags.DESC_WRITE);
    driver.add(0x0102030405060708L, 0x20, 0);
    driver.publishAvail();
    take(device, 0, 0x1122334455667788L, 0x200, VringFlags.DESC_WRITE);
    take(device, 1, 0x0102030405060708L, 0x20, 0);
    device.addUsed(1, 0x200);
    device.addUsed(0, 0x20);
    device.publishUsed();
    device.enableKicks();
    device.suppressKicks();
    assertEquals(1, driver.nextUsed());
    assertEquals(0x200, driver.usedLength());
    driver.enableInterrupts();
    driver.suppressInterrupts();
    assertEquals(0, driver.nextUsed());
    assertEquals(0x20, driver.usedLength());
    return HexFormat.of().formatHex(Rings.bytes(config));
  }

  private static void take(DeviceVirtqueue device, int id, long address, int length, int flags) {
    assertEquals(id, device.nextAvail());
    assertEquals(address, device.address());
    assertEquals(length, device.length());
    assertEquals(flags, device.flags());
  }

  private static String bytes(
      String ring, String availFlags, String usedEvent, String usedFlags, String availEvent) {
    return ring.formatted(availFlags, usedEvent, usedFlags, availEvent).replaceAll("\\s", "");
  }
}
