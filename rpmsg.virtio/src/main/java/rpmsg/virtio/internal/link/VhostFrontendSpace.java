// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.vhost.VhostConfig;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/**
 * Reads the configuration space of VIRTIO_RPMSG_F_BUFSZ, packed: {@code { u8 version; u16 size; u32
 * txbuf_size; u32 rxbuf_size; }}. The back-end's own size counts, up to {@link
 * VhostConfig#MAX_SIZE}, and is little-endian.
 */
final class VhostFrontendSpace {

  private static final int HEAD = 3;

  private VhostFrontendSpace() {}

  /** The bytes; none if the back-end offers no CONFIG, or does not give them. */
  static byte[] read(VhostFrontendConnection connection, long deadline) throws LinkException {
    byte[] head = piece(connection, HEAD, deadline);
    if (head.length < HEAD) {
      return head;
    }
    int size = Byte.toUnsignedInt(head[1]) | Byte.toUnsignedInt(head[2]) << 8;
    return size <= HEAD || size > VhostConfig.MAX_SIZE ? head : piece(connection, size, deadline);
  }

  private static byte[] piece(VhostFrontendConnection connection, int size, long deadline)
      throws LinkException {
    if (!connection.has(VhostFeature.CONFIG)) {
      return new byte[0];
    }
    VhostConfig asked = new VhostConfig(0, 0, MemorySegment.ofArray(new byte[size]));
    try (VhostMessage reply =
        connection.ask(VhostMessage.of(VhostRequest.GET_CONFIG, asked), deadline)) {
      VhostConfig given = reply.config();
      boolean whole = given.offset() == 0 && given.bytes().byteSize() == size;
      return whole ? given.bytes().toArray(JAVA_BYTE) : new byte[0];
    } catch (VhostException none) {
      return new byte[0];
    }
  }
}
