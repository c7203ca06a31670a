// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Objects;

/**
 * What index 0 writes into a new link's resource table, and how either index reads it. Index 1 uses
 * only {@code order} and {@code assignNotifyIds}: sizes and places come from the table.
 *
 * @param features feature bits that the device offers, 0 to 31 (bit 0 is VIRTIO_RPMSG_F_NS)
 * @param num descriptors per vring: a power of two, 1 to 32768
 * @param align alignment of the used rings in bytes: a power of two, 4 to 65536
 * @param memorySize bytes of memory; more is taken if rings and pool need it
 * @param poolSize bytes that the driver's buffers need behind the rings
 * @param config the configuration space, copied
 * @param order byte order of table, rings and headers
 * @param assignNotifyIds whether this end numbers the vrings 0 and 1 in the table (LX025)
 * @param peerWritesTable false where the peer knows no resource table: then index 1 lays the memory
 *     out as well, if it finds only zeros
 * @param vhost what concerns a vhost-user link alone; features, config, num and sizes are as above
 *     there
 */
public record LinkOptions(
    long features,
    int num,
    int align,
    long memorySize,
    long poolSize,
    byte[] config,
    ByteOrder order,
    boolean assignNotifyIds,
    boolean peerWritesTable,
    VhostOptions vhost) {

  private static final int MAX_ALIGN = 0x10000;
  private static final int MAX_CONFIG = 0x1000;

  /** The layout that OpenAMP's Linux port uses: 256 descriptors, 4096, 0x80000 bytes. */
  public static final LinkOptions DEFAULT =
      new LinkOptions(
          1,
          256,
          0x1000,
          0x80000,
          0x40000,
          new byte[0],
          ByteOrder.LITTLE_ENDIAN,
          false,
          true,
          VhostOptions.DEFAULT);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException with one line that says which value and what it may be
   */
  public LinkOptions {
    require(features >>> 32 == 0, "features", Long.toHexString(features), "32 bits");
    require(isPowerOfTwo(num, 1, Vring.MAX_NUM), "num", num, "a power of two up to 32768");
    require(
        isPowerOfTwo(align, Vring.MIN_ALIGN, MAX_ALIGN),
        "align",
        align,
        "a power of two, 4..65536");
    require(isSize(memorySize), "memorySize", memorySize, "0..4 GiB");
    require(isSize(poolSize), "poolSize", poolSize, "0..4 GiB");
    require(config.length <= MAX_CONFIG, "config length", config.length, "up to 4096 bytes");
    Objects.requireNonNull(order, "order");
    Objects.requireNonNull(vhost, "vhost");
    config = config.clone();
  }

  @Override
  public byte[] config() {
    return config.clone();
  }

  /** The same with other feature bits. */
  public LinkOptions withFeatures(long value) {
    return new LinkOptions(
        value,
        num,
        align,
        memorySize,
        poolSize,
        config,
        order,
        assignNotifyIds,
        peerWritesTable,
        vhost);
  }

  /** The same with vrings of another size or alignment. */
  public LinkOptions withVrings(int newNum, int newAlign) {
    return new LinkOptions(
        features,
        newNum,
        newAlign,
        memorySize,
        poolSize,
        config,
        order,
        assignNotifyIds,
        peerWritesTable,
        vhost);
  }

  /** The same with another size of the memory and of the room behind the rings, in bytes. */
  public LinkOptions withSizes(long memory, long pool) {
    return new LinkOptions(
        features, num, align, memory, pool, config, order, assignNotifyIds, peerWritesTable, vhost);
  }

  /** The same with another configuration space. */
  public LinkOptions withConfig(byte[] value) {
    return new LinkOptions(
        features,
        num,
        align,
        memorySize,
        poolSize,
        value,
        order,
        assignNotifyIds,
        peerWritesTable,
        vhost);
  }

  /** The same with another byte order. */
  public LinkOptions withOrder(ByteOrder value) {
    return new LinkOptions(
        features,
        num,
        align,
        memorySize,
        poolSize,
        config,
        value,
        assignNotifyIds,
        peerWritesTable,
        vhost);
  }

  /** The same with or without numbering the vrings. */
  public LinkOptions withAssignNotifyIds(boolean value) {
    return new LinkOptions(
        features, num, align, memorySize, poolSize, config, order, value, peerWritesTable, vhost);
  }

  /** The same for a peer that writes no table. */
  public LinkOptions withoutTableOfPeer() {
    return new LinkOptions(
        features, num, align, memorySize, poolSize, config, order, assignNotifyIds, false, vhost);
  }

  /** The same with other options of a vhost-user link. */
  public LinkOptions withVhost(VhostOptions value) {
    return new LinkOptions(
        features,
        num,
        align,
        memorySize,
        poolSize,
        config,
        order,
        assignNotifyIds,
        peerWritesTable,
        value);
  }

  @Override
  public String toString() {
    return "LinkOptions{features=0x%x num=%d align=0x%x memory=0x%x pool=0x%x config=%s %s%s}"
        .formatted(
            features,
            num,
            align,
            memorySize,
            poolSize,
            HexFormat.of().formatHex(config),
            order,
            assignNotifyIds ? " assigns notifyids" : "");
  }

  private static boolean isSize(long value) {
    return value >= 0 && value <= 1L << 32;
  }

  static boolean isPowerOfTwo(long value, long min, long max) {
    return value >= min && value <= max && Long.bitCount(value) == 1;
  }

  private static void require(boolean ok, String what, Object value, String allowed) {
    if (!ok) {
      throw new IllegalArgumentException(what + " is " + value + ": it must be " + allowed);
    }
  }
}
