// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.nio.ByteBuffer;
import java.util.List;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** The rules that a resource table must keep, each with the message that says how it does not. */
final class TableCheck {

  private static final long ADDRESS_ANY = 0xFFFF_FFFFL;

  private TableCheck() {}

  /** Checks version, count and reserved words, and returns the number of entries. */
  static int header(ByteBuffer header) throws LinkException {
    int version = header.getInt(TableFormat.VER);
    if (version == 0) {
      throw new LinkException(
          Kind.NOT_READY, "there is no resource table yet: start the side with index 0");
    }
    require(version == TableFormat.VERSION, "version is 0x%x, expected 1", version);
    int count = header.getInt(TableFormat.NUM);
    require(
        count >= 1 && count <= TableFormat.MAX_ENTRIES,
        "it has %s entries, expected 1 to %d",
        Integer.toUnsignedString(count),
        TableFormat.MAX_ENTRIES);
    require(header.getLong(TableFormat.RESERVED) == 0, "reserved words of the header are not 0");
    return count;
  }

  /** Checks where an entry begins, and returns it. */
  static long offset(ByteBuffer header, int index, long memorySize) throws LinkException {
    int count = header.getInt(TableFormat.NUM);
    long offset = Integer.toUnsignedLong(header.getInt(TableFormat.OFFSETS + 4 * index));
    require(
        offset >= TableFormat.OFFSETS + 4L * count,
        "entry %d begins at 0x%x, inside the header",
        index,
        offset);
    fits(offset + 4, memorySize, "entry %d begins at 0x%x".formatted(index, offset));
    return offset;
  }

  /** Checks the fixed part of a device entry, and returns the length of its configuration space. */
  static long vdev(ByteBuffer vdev, long room) throws LinkException {
    fits(TableFormat.VDEV_SIZE, room, "the rpmsg device's entry has 68 bytes");
    int vrings = Byte.toUnsignedInt(vdev.get(TableFormat.VRING_COUNT));
    require(vrings == TableFormat.RINGS, "the rpmsg device has %d vrings, expected 2", vrings);
    require(
        vdev.getShort(TableFormat.VDEV_RESERVED) == 0,
        "reserved bytes of the rpmsg device are not 0");
    long config = Integer.toUnsignedLong(vdev.getInt(TableFormat.CONFIG_LENGTH));
    fits(TableFormat.VDEV_SIZE + config, room, "the configuration space has %d bytes", config);
    require(config <= Integer.MAX_VALUE, "the configuration space has %d bytes", config);
    return config;
  }

  /** Checks the parameters of one vring, and returns it. */
  static Vring vring(int index, long da, long num, long align, int notifyId) throws LinkException {
    require(
        LinkOptions.isPowerOfTwo(num, 1, Vring.MAX_NUM),
        "vring %d has num %d, expected a power of two up to 32768",
        index,
        num);
    require(
        LinkOptions.isPowerOfTwo(align, Vring.MIN_ALIGN, Integer.MAX_VALUE),
        "vring %d has align %d, expected a power of two of at least 4",
        index,
        align);
    require(da != ADDRESS_ANY, "vring %d leaves its address open, and nobody places it", index);
    require(
        da % Math.max(align, Vring.DESCRIPTOR_ALIGN) == 0,
        "vring %d is at 0x%x, which is not a multiple of %d",
        index,
        da,
        Math.max(align, Vring.DESCRIPTOR_ALIGN));
    return new Vring(da, (int) num, (int) align, notifyId);
  }

  /** Checks that table and vrings lie inside the memory and apart from each other. */
  static void places(List<Vring> vrings, long tableEnd, long memorySize) throws LinkException {
    Vring first = vrings.get(0);
    Vring second = vrings.get(1);
    for (Vring vring : vrings) {
      require(vring.offset() >= tableEnd, "%s lies over the table", vring);
      fits(vring.end(), memorySize, "%s ends at 0x%x", vring, vring.end());
    }
    require(
        first.end() <= second.offset() || second.end() <= first.offset(),
        "%s and %s overlap",
        first,
        second);
  }

  private static void fits(long end, long room, String what, Object... values)
      throws LinkException {
    if (end > room) {
      throw new LinkException(
          Kind.TRUNCATED,
          "the resource table reaches beyond the memory: "
              + what.formatted(values)
              + ", but there are only 0x%x: remove the file and start index 0".formatted(room));
    }
  }

  private static void require(boolean ok, String what, Object... values) throws LinkException {
    if (!ok) {
      throw new LinkException(
          Kind.BAD_TABLE,
          "not a usable resource table: " + what.formatted(values) + ": see who wrote it");
    }
  }
}
