// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A piece of the device's configuration space: {@code { u32 offset; u32 size; u32 flags; u8
 * bytes[size]; }}. In GET_CONFIG the bytes are there and mean nothing.
 *
 * @param offset in the configuration space, 0 to 256
 * @param flags 0: written by the driver, 1: by a migration
 * @param bytes up to 256, not past offset 256
 */
public record VhostConfig(int offset, int flags, MemorySegment bytes) {

  /** The most bytes of a configuration space. */
  public static final int MAX_SIZE = 256;

  static final int HEADER = 12;

  private static final long LENGTH = 4;
  private static final long FLAGS = 8;

  /** Checks offset and size. */
  public VhostConfig {
    if (offset < 0 || offset > MAX_SIZE || bytes.byteSize() > MAX_SIZE - offset) {
      throw new IllegalArgumentException(
          bytes.byteSize() + " bytes at " + offset + " of a configuration space of " + MAX_SIZE);
    }
  }

  static VhostConfig read(VhostRequest request, MemorySegment payload) throws VhostException {
    if (payload.byteSize() < HEADER) {
      throw VhostException.protocol(request, "the peer has no such configuration space");
    }
    int size = payload.get(JAVA_INT_UNALIGNED, LENGTH);
    if (size < 0 || size > payload.byteSize() - HEADER) {
      throw VhostException.protocol(
          request,
          "says "
              + Integer.toUnsignedString(size)
              + " bytes, "
              + (payload.byteSize() - HEADER)
              + " came");
    }
    try {
      return new VhostConfig(
          payload.get(JAVA_INT_UNALIGNED, 0),
          payload.get(JAVA_INT_UNALIGNED, FLAGS),
          payload.asSlice(HEADER, size));
    } catch (IllegalArgumentException e) {
      throw VhostException.protocol(request, e.getMessage());
    }
  }

  MemorySegment payload() {
    int size = (int) bytes.byteSize();
    MemorySegment payload = MemorySegment.ofArray(new byte[HEADER + size]);
    payload.set(JAVA_INT_UNALIGNED, 0, offset);
    payload.set(JAVA_INT_UNALIGNED, LENGTH, size);
    payload.set(JAVA_INT_UNALIGNED, FLAGS, flags);
    MemorySegment.copy(bytes, 0, payload, HEADER, size);
    return payload;
  }
}
