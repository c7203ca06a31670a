// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.junit.jupiter.api.function.Executable;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** Memory with a good resource table, to be spoilt by a test. */
final class Tables {

  static final int ENTRY = 0x14;

  private Tables() {}

  static MemorySegment good() {
    return with(LinkOptions.DEFAULT);
  }

  static MemorySegment with(LinkOptions options) {
    TableLayout layout = new TableLayout(options);
    MemorySegment memory = MemorySegment.ofArray(new byte[(int) layout.memorySize()]);
    layout.write(memory);
    return memory;
  }

  static void word(MemorySegment memory, long offset, long value) {
    memory.set(JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset, (int) value);
  }

  static int word(MemorySegment memory, long offset) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset);
  }

  static void octet(MemorySegment memory, long offset, int value) {
    memory.set(JAVA_BYTE, offset, (byte) value);
  }

  static ResourceTable parse(MemorySegment memory) throws LinkException {
    return ResourceTable.parse(memory, ByteOrder.LITTLE_ENDIAN);
  }

  /** All memory of a link that a table describes. */
  static MemorySegment memory(Link link) {
    return link.memory().at(0, link.memory().byteSize());
  }

  /** A vring as the link's table says it. */
  static Vring vring(Link link, int index) {
    return ((TableLink) link).vring(index);
  }

  static LinkException refused(Kind kind, Executable action) {
    LinkException e = assertThrows(LinkException.class, action);
    assertEquals(kind, e.kind(), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    return e;
  }

  static LinkException refused(Kind kind, MemorySegment memory) {
    return refused(kind, () -> parse(memory));
  }
}
