// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Places table, vrings and buffers of a new link, and writes its table. With the default options
 * this is the layout of OpenAMP's Linux port: vring 0 at 0x4000, vring 1 at 0x8000, buffers from
 * 0x10000.
 */
final class TableLayout {

  private static final int ENTRY = TableFormat.OFFSETS + 4;
  private static final int CONFIG = ENTRY + TableFormat.VDEV_SIZE;
  private static final long RING_GRAIN = 0x4000;
  private static final long POOL_GRAIN = 0x10000;

  private final LinkOptions options;
  private final Vring first;
  private final Vring second;

  TableLayout(LinkOptions options) {
    this.options = options;
    this.first = place(CONFIG + options.config().length, 1);
    this.second = place(first.end(), 2);
  }

  private Vring place(long from, int notifyId) {
    long offset = Vring.alignUp(from, Math.max(RING_GRAIN, options.align()));
    return new Vring(offset, options.num(), options.align(), notifyId);
  }

  /** Bytes of memory that the layout takes. */
  long memorySize() {
    long pool = Vring.alignUp(second.end(), POOL_GRAIN);
    return Math.max(options.memorySize(), pool + options.poolSize());
  }

  /** Whether nobody has written a table. */
  static boolean isBlank(byte[] head) {
    return Arrays.equals(Arrays.copyOf(head, CONFIG), new byte[CONFIG]);
  }

  /** Whether the first bytes of a file may be overwritten: empty, or a table of an earlier run. */
  static boolean mayReplace(byte[] head, ByteOrder order) {
    if (isBlank(head)) {
      return true;
    }
    ByteBuffer table = ByteBuffer.wrap(Arrays.copyOf(head, CONFIG)).order(order);
    int count = table.getInt(TableFormat.NUM);
    return isVersion(table.getInt(TableFormat.VER))
        && count >= 1
        && count <= TableFormat.MAX_ENTRIES
        && table.getLong(TableFormat.RESERVED) == 0;
  }

  /** Zero is what a writer leaves behind that was killed between its first and its last store. */
  private static boolean isVersion(int version) {
    return version == 0 || version == TableFormat.VERSION;
  }

  /** Bytes from the start of a file that {@link #mayReplace} looks at. */
  static int headLength() {
    return CONFIG;
  }

  /**
   * Writes the table. Status goes first, so that a peer of an earlier session sees the reset at
   * once; the version is taken away, and comes back last.
   */
  void write(MemorySegment memory) {
    ValueLayout.OfInt word = JAVA_INT_UNALIGNED.withOrder(options.order());
    resetEarlierSession(memory);
    memory.set(word, TableFormat.VER, 0);
    VarHandle.fullFence();
    byte[] bytes = bytes();
    int rest = bytes.length - TableFormat.NUM;
    MemorySegment.copy(bytes, TableFormat.NUM, memory, JAVA_BYTE, TableFormat.NUM, rest);
    VarHandle.releaseFence();
    memory.set(word, TableFormat.VER, TableFormat.VERSION);
    VarHandle.fullFence();
  }

  private void resetEarlierSession(MemorySegment memory) {
    try {
      long status = ResourceTable.parse(memory, options.order()).statusOffset();
      memory.set(JAVA_BYTE, status, (byte) 0);
      VarHandle.fullFence();
    } catch (LinkException noEarlierTable) {
      memory.set(JAVA_BYTE, ENTRY + TableFormat.STATUS, (byte) 0);
    }
  }

  /** The table as bytes, with its version, in the options' byte order. */
  byte[] bytes() {
    byte[] config = options.config();
    ByteBuffer table = ByteBuffer.allocate(CONFIG + config.length).order(options.order());
    table.putInt(TableFormat.VERSION).putInt(1).putLong(0).putInt(ENTRY);
    table.putInt(TableFormat.TYPE_VDEV).putInt(TableFormat.ID_RPMSG).putInt(0);
    table.putInt((int) options.features()).putInt(0).putInt(config.length);
    table.put((byte) 0).put((byte) TableFormat.RINGS).putShort((short) 0);
    putVring(table, first);
    putVring(table, second);
    return table.put(config).array();
  }

  private static void putVring(ByteBuffer table, Vring vring) {
    table.putInt((int) vring.offset()).putInt(vring.align()).putInt(vring.num());
    table.putInt(vring.notifyId()).putInt(0);
  }
}
