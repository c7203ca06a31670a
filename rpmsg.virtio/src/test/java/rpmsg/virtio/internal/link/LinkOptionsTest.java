// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkOptionsTest {

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 3, 65536, Integer.MIN_VALUE})
  void badNumIsRefusedWithWhatItMayBe(int num) {
    String message = refusal(() -> LinkOptions.DEFAULT.withVrings(num, 0x1000));
    assertTrue(message.contains("power of two"), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5, 0x20000})
  void badAlignIsRefused(int align) {
    String message = refusal(() -> LinkOptions.DEFAULT.withVrings(256, align));
    assertTrue(message.startsWith("align is " + align), message);
  }

  @Test
  void featuresBeyond32BitsAreRefused() {
    assertTrue(refusal(() -> LinkOptions.DEFAULT.withFeatures(1L << 32)).contains("32 bits"));
  }

  @Test
  void memoryGrowsWithWhatTheLayoutNeeds() {
    assertEquals(0x80000, new TableLayout(LinkOptions.DEFAULT).memorySize());
    LinkOptions large = LinkOptions.DEFAULT.withVrings(1024, 0x1000).withSizes(0x80000, 0x100000);
    assertEquals(0x120000, new TableLayout(large).memorySize());
  }

  @Test
  void configurationSpaceIsCopied() {
    byte[] config = {1};
    LinkOptions options = LinkOptions.DEFAULT.withConfig(config);
    config[0] = 2;
    options.config()[0] = 3;
    assertEquals(1, options.config()[0]);
  }

  private static String refusal(Executable action) {
    return assertThrows(IllegalArgumentException.class, action).getMessage();
  }
}
