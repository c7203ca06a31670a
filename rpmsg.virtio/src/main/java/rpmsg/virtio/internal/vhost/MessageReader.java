// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.VhostException.Kind;

/**
 * Puts messages together from what a socket gives. Never reads beyond a message, so that
 * descriptors that come belong to it. One thread at a time.
 */
final class MessageReader {

  private final UnixSocket socket;
  private final boolean fromBackend;
  private final boolean replies;
  private final MemorySegment buffer = Arena.ofAuto().allocate(VhostChannel.MAX_MESSAGE);
  private final List<Fd> fds = new ArrayList<>();
  private VhostHeader header;
  private int filled;

  MessageReader(UnixSocket socket, boolean fromBackend, boolean replies) {
    this.socket = socket;
    this.fromBackend = fromBackend;
    this.replies = replies;
  }

  /** The next message, or null if it is not there yet. What is there of it is kept. */
  VhostMessage next() throws IOException {
    while (header == null || filled < expected()) {
      MemorySegment missing = buffer.asSlice(filled, expected() - filled);
      int received = socket.tryReceive(missing, fds);
      if (received == UnixSocket.WOULD_BLOCK) {
        return null;
      }
      if (received == UnixSocket.END) {
        throw ended();
      }
      if (fds.size() > UnixSocket.MAX_FDS) {
        throw new VhostException(
            Kind.PROTOCOL, what() + ": " + fds.size() + " descriptors came with it");
      }
      filled += received;
      if (header == null && filled == VhostHeader.SIZE) {
        header = VhostHeader.read(buffer, fromBackend, replies);
      }
    }
    return message();
  }

  /** Closes the descriptors of a message that was not complete. */
  void close() {
    fds.forEach(Fd::close);
    fds.clear();
  }

  private int expected() {
    return header == null ? VhostHeader.SIZE : VhostHeader.SIZE + header.size();
  }

  private String what() {
    return header == null ? "a header" : header.request().toString();
  }

  private VhostMessage message() throws VhostException {
    byte[] payload = buffer.asSlice(VhostHeader.SIZE, header.size()).toArray(ValueLayout.JAVA_BYTE);
    VhostMessage message =
        new VhostMessage(
            header.request(),
            header.isReply(),
            header.needsReply(),
            MemorySegment.ofArray(payload).asReadOnly(),
            fds);
    String problem = message.problem();
    if (problem != null) {
      throw VhostException.protocol(message.request(), problem);
    }
    fds.clear();
    header = null;
    filled = 0;
    return message;
  }

  private VhostException ended() {
    String where = filled == 0 ? "" : " in the middle of " + what();
    return new VhostException(Kind.CLOSED, "connection: closed by the peer" + where);
  }
}
