// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

/**
 * What a message may carry.
 *
 * @param minBytes least payload
 * @param maxBytes most payload
 * @param minFds least descriptors
 * @param maxFds most descriptors
 */
record Shape(int minBytes, int maxBytes, int minFds, int maxFds) {

  static final Shape EMPTY = bytes(0);
  static final Shape U64 = bytes(Long.BYTES);
  static final Shape STATE = bytes(VringState.SIZE);
  static final Shape ADDRESS = bytes(VringAddress.SIZE);

  /** Vring index, and a descriptor unless bit 8 says that there is none. */
  static final Shape VRING_FD = U64.withFds(0, 1);

  static final Shape CONFIG =
      new Shape(VhostConfig.HEADER, VhostConfig.HEADER + VhostConfig.MAX_SIZE, 0, 0);

  /** Empty for a refusal. */
  static final Shape CONFIG_REPLY = new Shape(0, CONFIG.maxBytes(), 0, 0);

  static final Shape INFLIGHT = new Shape(VhostInflight.LEAST, VhostInflight.SIZE, 0, 0);

  static final Shape TABLE =
      new Shape(
          MemoryRegion.TABLE_HEADER,
          MemoryRegion.TABLE_HEADER + MemoryRegion.MAX_REGIONS * MemoryRegion.SIZE,
          1,
          MemoryRegion.MAX_REGIONS);

  static final Shape REGION = bytes(MemoryRegion.SINGLE_HEADER + MemoryRegion.SIZE);

  static Shape bytes(int size) {
    return new Shape(size, size, 0, 0);
  }

  Shape withFds(int least, int most) {
    return new Shape(minBytes, maxBytes, least, most);
  }

  /** What is wrong with so much payload, or null. */
  String wrongBytes(int bytes) {
    return wrong(bytes, minBytes, maxBytes, "bytes of payload");
  }

  /** What is wrong with so many descriptors, or null. */
  String wrongFds(int fds) {
    return wrong(fds, minFds, maxFds, "descriptors");
  }

  private static String wrong(int came, int least, int most, String what) {
    if (came >= least && came <= most) {
      return null;
    }
    String range = least == most ? "" + least : least + " to " + most;
    return range + " " + what + " expected, " + Integer.toUnsignedString(came) + " came";
  }
}
