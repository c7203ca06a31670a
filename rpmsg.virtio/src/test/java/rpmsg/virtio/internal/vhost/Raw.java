// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;

/** Messages as bytes, for a peer that says what it likes. */
final class Raw {

  static final int REQUEST = 1;
  static final int REPLY = 5;

  private Raw() {}

  /** A header that says this size, and a payload of that many longs. */
  static MemorySegment message(int request, int flags, int size, long... payload) {
    MemorySegment bytes = Arena.ofAuto().allocate(12 + 8L * payload.length);
    bytes.set(JAVA_INT_UNALIGNED, 0, request);
    bytes.set(JAVA_INT_UNALIGNED, 4, flags);
    bytes.set(JAVA_INT_UNALIGNED, 8, size);
    for (int i = 0; i < payload.length; i++) {
      bytes.set(JAVA_LONG_UNALIGNED, 12 + 8L * i, payload[i]);
    }
    return bytes;
  }

  static void send(UnixSocket socket, MemorySegment bytes, Fd... fds) throws IOException {
    assertEquals(bytes.byteSize(), socket.trySend(bytes, List.of(fds)));
  }
}
