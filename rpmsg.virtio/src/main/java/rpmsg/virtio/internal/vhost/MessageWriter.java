// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;
import rpmsg.syscall.UnixSocket;

/** Writes whole messages. One thread at a time. */
final class MessageWriter {

  private final UnixSocket socket;
  private final MemorySegment buffer = Arena.ofAuto().allocate(VhostChannel.MAX_MESSAGE);
  private final Poll room = new Poll(1);

  MessageWriter(UnixSocket socket) {
    this.socket = socket;
    room.set(0, socket.fd(), Poll.OUT);
  }

  /**
   * Writes a message before the deadline. After an exception the stream is of no use any more.
   *
   * @return false if there was no room in time for the first byte, and nothing was written
   */
  boolean write(VhostMessage message, long deadline) throws IOException {
    VhostHeader.write(message, buffer);
    MemorySegment payload = message.payload();
    long size = VhostHeader.SIZE + payload.byteSize();
    MemorySegment.copy(payload, 0, buffer, VhostHeader.SIZE, payload.byteSize());
    List<Fd> fds = message.fds();
    long sent = 0;
    while (sent < size) {
      MemorySegment rest = buffer.asSlice(sent, size - sent);
      int went = socket.trySend(rest, sent == 0 ? fds : List.of());
      sent += went;
      if (went == UnixSocket.WOULD_BLOCK && room.await(deadline - System.nanoTime()) == 0) {
        if (sent == 0) {
          return false;
        }
        throw VhostException.timeout(message.request(), "the peer took a part of it only");
      }
    }
    return true;
  }
}
