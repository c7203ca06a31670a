// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.chardev.internal.kernel.Ioctl.Encoding;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;

class IoctlTest {

  private static int[] numbers(Ioctl ioctl) {
    return new int[] {
      ioctl.createEndpoint,
      ioctl.destroyEndpoint,
      ioctl.createDevice,
      ioctl.releaseDevice,
      ioctl.getOutgoingFlowControl,
      ioctl.setIncomingFlowControl
    };
  }

  @Test
  void lx142_numbersOfMostProcessors() {
    assertArrayEquals(
        new int[] {0x4028b501, 0x0000b502, 0x4028b503, 0x4028b504, 0x8004b505, 0x8004b506},
        numbers(new Ioctl(Encoding.COMMON)));
  }

  @Test
  void lx142_numbersOfPowerPcMipsAndSparc() {
    assertArrayEquals(
        new int[] {0x8028b501, 0x2000b502, 0x8028b503, 0x8028b504, 0x4004b505, 0x4004b506},
        numbers(new Ioctl(Encoding.OTHER)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"amd64", "aarch64", "x86", "arm", "riscv64", "s390x"})
  void lx142_theseHaveTheCommonNumbers(String architecture) {
    assertEquals(Encoding.COMMON, Encoding.of(architecture));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ppc64", "ppc64le", "mips64el", "sparcv9"})
  void lx142_theseHaveTheOthers(String architecture) {
    assertEquals(Encoding.OTHER, Encoding.of(architecture));
  }

  @Test
  void lx143_endpointInfoHas40Bytes() {
    assertEquals(40, Ioctl.ENDPOINT_INFO.byteSize());
  }

  @Test
  void lx143_nameSrcAndDstStandAtTheirPlaces() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info =
          Ioctl.endpointInfo(new ChannelInfo("rpmsg-raw", 0x400, RpmsgAddress.ANY), arena);
      byte[] name = info.asSlice(0, 32).toArray(ValueLayout.JAVA_BYTE);
      byte[] expected = "rpmsg-raw".getBytes(StandardCharsets.US_ASCII);
      assertArrayEquals(Arrays.copyOf(expected, 32), name);
      assertEquals(0x400, info.get(ValueLayout.JAVA_INT, 32));
      assertEquals(-1, info.get(ValueLayout.JAVA_INT, 36));
    }
  }

  @Test
  void aNameIsOneByteACharacter() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = Ioctl.endpointInfo(new ChannelInfo("\u00e9".repeat(31), 1, 2), arena);
      assertEquals((byte) 0xe9, info.get(ValueLayout.JAVA_BYTE, 30));
      assertEquals(0, info.get(ValueLayout.JAVA_BYTE, 31));
    }
  }
}
