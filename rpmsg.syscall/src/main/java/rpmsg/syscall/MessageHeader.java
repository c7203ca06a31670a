// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What sendmsg and recvmsg take: one piece of memory, and descriptors in one control message. Used
 * again for each call, by one thread at a time.
 *
 * <pre>
 * struct msghdr  { void *name; u32 namelen; struct iovec *iov; u64 iovlen;
 *                  void *control; u64 controllen; int flags; }
 * struct iovec   { void *base; u64 len; }
 * struct cmsghdr { u64 len; int level; int type; u8 data[]; }    aligned to 8 bytes
 * </pre>
 */
final class MessageHeader {

  private static final long IOV = 16;
  private static final long IOVLEN = 24;
  private static final long CONTROL = 32;
  private static final long CONTROLLEN = 40;
  private static final long FLAGS = 48;
  private static final long HEADER_SIZE = 56;
  private static final long IOVEC_SIZE = 16;
  private static final long CMSG_LEVEL = 8;
  private static final long CMSG_TYPE = 12;
  private static final long CMSG_DATA = 16;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int MSG_CTRUNC = 8;

  private final MemorySegment header;
  private final MemorySegment iovec;
  private final MemorySegment control;

  MessageHeader() {
    Arena arena = Arena.ofAuto();
    header = arena.allocate(HEADER_SIZE, Long.BYTES);
    iovec = arena.allocate(IOVEC_SIZE, Long.BYTES);
    control = arena.allocate(space(UnixSocket.MAX_FDS), Long.BYTES);
  }

  /** Sends bytes with descriptors: how many bytes went, or the error number, negative. */
  long send(int socket, MemorySegment bytes, List<Fd> fds) throws ErrnoException {
    if (fds.size() > UnixSocket.MAX_FDS) {
      throw new IllegalArgumentException(
          fds.size() + " descriptors, at most " + UnixSocket.MAX_FDS + " go with a message");
    }
    int inUse = 0;
    try {
      for (Fd fd : fds) {
        int number = fd.use("send");
        control.set(JAVA_INT, CMSG_DATA + (long) Integer.BYTES * inUse, number);
        inUse++;
      }
      control.set(JAVA_LONG, 0, CMSG_DATA + (long) Integer.BYTES * inUse);
      control.set(JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
      control.set(JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
      prepare(bytes, inUse == 0 ? 0 : space(inUse));
      return SocketCalls.sendmsg(socket, header);
    } finally {
      for (Fd fd : fds.subList(0, inUse)) {
        fd.release();
      }
    }
  }

  /**
   * Receives bytes: how many came (0 is the end), or the error number, negative.
   *
   * @param fds gets the descriptors that came; unchanged if this throws
   * @throws IOException if descriptors were lost on the way; the others are closed
   */
  long receive(int socket, MemorySegment into, List<Fd> fds) throws IOException {
    prepare(into, control.byteSize());
    long received = SocketCalls.recvmsg(socket, header);
    if (received < 0) {
      return received;
    }
    int before = fds.size();
    own(fds);
    if ((header.get(JAVA_INT, FLAGS) & MSG_CTRUNC) != 0) {
      List<Fd> came = fds.subList(before, fds.size());
      came.forEach(Fd::close);
      came.clear();
      throw new IOException(
          "more than "
              + UnixSocket.MAX_FDS
              + " descriptors came with a message, or more than this process may have open");
    }
    return received;
  }

  private void own(List<Fd> fds) {
    long end = Math.min(header.get(JAVA_LONG, CONTROLLEN), control.byteSize());
    long at = 0;
    while (at + CMSG_DATA <= end) {
      long length = control.get(JAVA_LONG, at);
      if (length < CMSG_DATA || length > end - at) {
        return;
      }
      boolean rights =
          control.get(JAVA_INT, at + CMSG_LEVEL) == SOL_SOCKET
              && control.get(JAVA_INT, at + CMSG_TYPE) == SCM_RIGHTS;
      for (long i = CMSG_DATA; rights && i + Integer.BYTES <= length; i += Integer.BYTES) {
        fds.add(Fd.own(control.get(JAVA_INT, at + i)));
      }
      at += length + Long.BYTES - 1 & -Long.BYTES;
    }
  }

  private void prepare(MemorySegment bytes, long controlLength) {
    iovec.set(ADDRESS, 0, bytes);
    iovec.set(JAVA_LONG, Long.BYTES, bytes.byteSize());
    header.set(ADDRESS, IOV, iovec);
    header.set(JAVA_LONG, IOVLEN, 1);
    header.set(ADDRESS, CONTROL, controlLength == 0 ? MemorySegment.NULL : control);
    header.set(JAVA_LONG, CONTROLLEN, controlLength);
    header.set(JAVA_INT, FLAGS, 0);
  }

  private static long space(int fds) {
    return CMSG_DATA + ((long) Integer.BYTES * fds + Long.BYTES - 1 & -Long.BYTES);
  }
}
