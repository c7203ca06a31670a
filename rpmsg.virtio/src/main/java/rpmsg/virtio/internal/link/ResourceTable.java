// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import rpmsg.virtio.internal.link.LinkException.Kind;

/**
 * The resource table at offset 0 of a shared memory: the first entry that describes an rpmsg device
 * (LX020 to LX024). Entries of other types are skipped. The table is copied once and checked in the
 * copy, so that a peer who rewrites it meanwhile gains nothing. Immutable.
 */
public final class ResourceTable {

  private final ByteBuffer header;
  private final ByteBuffer vdev;
  private final long entry;
  private final List<Vring> vrings;
  private final long configLength;

  private ResourceTable(ByteBuffer header, long entry, ByteBuffer vdev, long memorySize)
      throws LinkException {
    this.header = header;
    this.entry = entry;
    this.vdev = vdev;
    this.configLength = TableCheck.vdev(vdev, memorySize - entry);
    this.vrings = List.of(readVring(0), readVring(1));
    TableCheck.places(vrings, Math.max(headerEnd(), configOffset() + configLength), memorySize);
  }

  /**
   * Reads and checks the table.
   *
   * @throws LinkException NOT_READY if there is none yet, TRUNCATED if the memory is too short for
   *     what the table says, BAD_TABLE otherwise
   */
  public static ResourceTable parse(MemorySegment memory, ByteOrder order) throws LinkException {
    ByteBuffer header = copyHeader(memory, order);
    int count = TableCheck.header(header);
    for (int i = 0; i < count; i++) {
      long entry = TableCheck.offset(header, i, memory.byteSize());
      ByteBuffer vdev = copy(memory, entry, TableFormat.VDEV_SIZE, order);
      if (isRpmsgDevice(vdev)) {
        return new ResourceTable(header, entry, vdev, memory.byteSize());
      }
    }
    throw new LinkException(
        Kind.BAD_TABLE, "the resource table describes no rpmsg device (type 3, id 7)");
  }

  /** Ring 0 and ring 1. */
  public List<Vring> vrings() {
    return vrings;
  }

  /** Bytes of the configuration space. */
  public int configLength() {
    return (int) configLength;
  }

  long configOffset() {
    return entry + TableFormat.VDEV_SIZE;
  }

  long statusOffset() {
    return entry + TableFormat.STATUS;
  }

  long deviceFeaturesOffset() {
    return entry + TableFormat.DEVICE_FEATURES;
  }

  long driverFeaturesOffset() {
    return entry + TableFormat.DRIVER_FEATURES;
  }

  /**
   * Whether the memory still holds this table. Status, accepted features, notifyids and physical
   * addresses are not compared: each of them is written by one side or the other while a link runs.
   */
  public boolean isIn(MemorySegment memory) {
    ByteBuffer now = copy(memory, entry, TableFormat.VDEV_SIZE, vdev.order());
    return Arrays.equals(
            header.array(),
            0,
            headerEnd(),
            copyHeader(memory, header.order()).array(),
            0,
            headerEnd())
        && Arrays.equals(fixedPart(now), fixedPart(vdev));
  }

  /**
   * Numbers the vrings 0 and 1 in the memory, as Linux does with what firmware put there (LX025).
   */
  public void assignNotifyIds(MemorySegment memory) {
    for (int i = 0; i < TableFormat.RINGS; i++) {
      long at = entry + TableFormat.vring(i) + TableFormat.VRING_NOTIFY_ID;
      memory.set(JAVA_INT_UNALIGNED.withOrder(vdev.order()), at, i);
    }
  }

  private Vring readVring(int index) throws LinkException {
    int at = TableFormat.vring(index);
    return TableCheck.vring(
        index,
        Integer.toUnsignedLong(vdev.getInt(at + TableFormat.VRING_DA)),
        Integer.toUnsignedLong(vdev.getInt(at + TableFormat.VRING_NUM)),
        Integer.toUnsignedLong(vdev.getInt(at + TableFormat.VRING_ALIGN)),
        vdev.getInt(at + TableFormat.VRING_NOTIFY_ID));
  }

  private int headerEnd() {
    return TableFormat.OFFSETS + 4 * header.getInt(TableFormat.NUM);
  }

  private static byte[] fixedPart(ByteBuffer vdev) {
    byte[] bytes = vdev.array().clone();
    Arrays.fill(bytes, TableFormat.DRIVER_FEATURES, TableFormat.CONFIG_LENGTH, (byte) 0);
    bytes[TableFormat.STATUS] = 0;
    for (int i = 0; i < TableFormat.RINGS; i++) {
      int from = TableFormat.vring(i) + TableFormat.VRING_NOTIFY_ID;
      Arrays.fill(bytes, from, TableFormat.vring(i + 1), (byte) 0);
    }
    return bytes;
  }

  private static boolean isRpmsgDevice(ByteBuffer vdev) {
    return vdev.getInt(TableFormat.TYPE) == TableFormat.TYPE_VDEV
        && vdev.getInt(TableFormat.ID) == TableFormat.ID_RPMSG;
  }

  /** The version is written last by index 0 and read first here. */
  private static ByteBuffer copyHeader(MemorySegment memory, ByteOrder order) {
    if (memory.byteSize() < TableFormat.OFFSETS) {
      return copy(memory, 0, TableFormat.MAX_HEADER, order);
    }
    int version = memory.get(JAVA_INT_UNALIGNED.withOrder(order), TableFormat.VER);
    VarHandle.acquireFence();
    return copy(memory, 0, TableFormat.MAX_HEADER, order).putInt(TableFormat.VER, version);
  }

  /** A copy of {@code length} bytes, zero where the memory ends earlier; the limit is the end. */
  private static ByteBuffer copy(MemorySegment memory, long from, int length, ByteOrder order) {
    byte[] bytes = new byte[length];
    int there = (int) Math.min(length, memory.byteSize() - from);
    MemorySegment.copy(memory, JAVA_BYTE, from, bytes, 0, there);
    return ByteBuffer.wrap(bytes).order(order);
  }
}
