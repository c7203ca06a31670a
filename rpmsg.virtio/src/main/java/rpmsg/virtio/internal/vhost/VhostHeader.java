// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.vhost.VhostException.Kind;

/**
 * {@code { u32 request; u32 flags; u32 size; }}. Flags: bits 0 and 1 are the version, 1; bit 2 is a
 * reply; bit 3 asks for one. A reply may repeat bit 3.
 */
record VhostHeader(VhostRequest request, boolean isReply, boolean needsReply, int size) {

  static final int SIZE = 12;

  private static final int VERSION_MASK = 3;
  private static final int VERSION = 1;
  private static final int REPLY = 4;
  private static final int NEED_REPLY = 8;
  private static final long FLAGS = 4;
  private static final long LENGTH = 8;

  /** Reads a header that must be a request or a reply, of the one end or the other. */
  static VhostHeader read(MemorySegment at, boolean fromBackend, boolean replies)
      throws VhostException {
    int number = at.get(JAVA_INT_UNALIGNED, 0);
    int flags = at.get(JAVA_INT_UNALIGNED, FLAGS);
    int size = at.get(JAVA_INT_UNALIGNED, LENGTH);
    VhostRequest request = VhostRequest.find(fromBackend, number);
    if (request == null) {
      throw new VhostException(
          Kind.PROTOCOL,
          (fromBackend ? "back-end" : "front-end")
              + " request "
              + Integer.toUnsignedString(number)
              + ": not known");
    }
    checkFlags(request, flags, replies);
    String wrong = request.shape(replies).wrongBytes(size);
    if (wrong != null) {
      throw VhostException.protocol(request, wrong);
    }
    return new VhostHeader(request, replies, (flags & NEED_REPLY) != 0, size);
  }

  private static void checkFlags(VhostRequest request, int flags, boolean replies)
      throws VhostException {
    if ((flags & VERSION_MASK) != VERSION) {
      throw VhostException.protocol(request, "version 1 expected, was " + (flags & VERSION_MASK));
    }
    if ((flags & ~(VERSION_MASK | REPLY | NEED_REPLY)) != 0) {
      throw VhostException.protocol(
          request, "flags that are not known: 0x" + Integer.toHexString(flags));
    }
    if ((flags & REPLY) != 0 != replies) {
      throw VhostException.protocol(
          request, replies ? "a reply expected, a request came" : "a reply to no request");
    }
  }

  static void write(VhostMessage message, MemorySegment at) {
    int flags = VERSION | (message.isReply() ? REPLY : 0) | (message.needsReply() ? NEED_REPLY : 0);
    at.set(JAVA_INT_UNALIGNED, 0, message.request().number());
    at.set(JAVA_INT_UNALIGNED, FLAGS, flags);
    at.set(JAVA_INT_UNALIGNED, LENGTH, (int) message.payload().byteSize());
  }
}
