// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A doorbell: an eventfd, or the socket or pipe that a peer gave in its place. Signals merge.
 * Neither {@link #signal} nor {@link #drain} allocates; any thread.
 *
 * <p>No call waits, whatever the peer does to the open file that it shares with us: O_NONBLOCK is
 * its to take back, so each call says anew that it must not wait. Two cases are left. The kernel
 * has no such word for a write to an eventfd: it is made only if there is room, and a peer that
 * fills the counter up between that look and the write has it wait. And a kernel that is too old to
 * know RWF_NOWAIT for such a file (eventfd: before 5.8) has O_NONBLOCK only.
 */
public final class EventFd implements AutoCloseable {

  private static final int CLOEXEC_NONBLOCK = 0x80000 | 0x800;
  private static final int RWF_NOWAIT = 8;
  private static final int SINK_SIZE = 4096;
  private static final int MOST_READS = 16;
  private static final short POLLOUT = 4;

  /** Written by no one, and the same for all. */
  private static final MemorySegment ONE = one();

  /** Written by every drain, read by nobody. */
  private static final MemorySegment SINK = Arena.global().allocate(SINK_SIZE, Long.BYTES);

  private static final MemorySegment ONE_VECTOR = vector(ONE);
  private static final MemorySegment SINK_VECTOR = vector(SINK);
  private static final MemorySegment NO_TIME =
      Arena.global().allocate(2 * Long.BYTES, Long.BYTES).asReadOnly();

  private final Fd fd;
  private final FileStatus.Kind kind;

  /** struct pollfd; what the kernel writes there is not read, so that all threads may share it. */
  private final MemorySegment room = Arena.ofAuto().allocate(Long.BYTES, Long.BYTES);

  private EventFd(Fd fd, FileStatus.Kind kind) {
    this.fd = fd;
    this.kind = kind;
    room.set(ValueLayout.JAVA_SHORT, Integer.BYTES, POLLOUT);
  }

  /** A new eventfd that was not signalled yet. */
  public static EventFd create() throws ErrnoException {
    return new EventFd(
        Fd.own(Libc.eventfd(0, CLOEXEC_NONBLOCK), "eventfd"), FileStatus.Kind.ANONYMOUS);
  }

  /**
   * Takes a descriptor over, which is closed if this fails.
   *
   * @throws IOException if it is neither an eventfd nor a socket nor a pipe
   */
  public static EventFd of(Fd received) throws IOException {
    try {
      FileStatus.Kind kind = FileStatus.of(received).kind();
      switch (kind) {
        case SOCKET -> {}
        case ANONYMOUS, PIPE -> received.nonBlocking();
        default -> throw new IOException(received + " is no eventfd, socket or pipe");
      }
      return new EventFd(received, kind);
    } catch (IOException | RuntimeException e) {
      received.close();
      throw e;
    }
  }

  /**
   * Writes 8 bytes with the value 1. One that does not fit is merged with those that the peer has
   * not read yet.
   *
   * @return false if closed, or if the peer has closed its end
   */
  public boolean signal() {
    int number = fd.tryUse();
    if (number < 0) {
      return false;
    }
    try {
      long written = write(number);
      return written >= 0 || written == -Errno.EAGAIN;
    } finally {
      fd.release();
    }
  }

  /**
   * Reads what is there: an eventfd is empty then, a socket or pipe has lost up to 64 KiB.
   *
   * @return whether there was a signal
   */
  public boolean drain() {
    int number = fd.tryUse();
    if (number < 0) {
      return false;
    }
    try {
      long first = readSome(number);
      long last = first;
      for (int i = 1; i < MOST_READS && last == SINK_SIZE; i++) {
        last = readSome(number);
      }
      return first > 0;
    } finally {
      fd.release();
    }
  }

  /** The descriptor, for {@link Poll} or to be sent. Still owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Closes the descriptor; idempotent. */
  @Override
  public void close() {
    fd.close();
  }

  private long write(int number) {
    return switch (kind) {
      case SOCKET -> SocketCalls.send(number, ONE, Long.BYTES);
      case PIPE -> {
        long written = Libc.pwritev2(number, ONE_VECTOR, RWF_NOWAIT);
        yield written == -Errno.EOPNOTSUPP ? writeIfRoom(number) : written;
      }
      default -> writeIfRoom(number);
    };
  }

  private long writeIfRoom(int number) {
    room.set(ValueLayout.JAVA_INT, 0, number);
    int ready = Libc.ppoll(room, 1, NO_TIME);
    return ready == 0 || ready == -Errno.EINTR
        ? -Errno.EAGAIN
        : Libc.write(number, ONE, Long.BYTES);
  }

  private long readSome(int number) {
    if (kind == FileStatus.Kind.SOCKET) {
      return SocketCalls.recv(number, SINK, SINK_SIZE);
    }
    long read = Libc.preadv2(number, SINK_VECTOR, RWF_NOWAIT);
    return read == -Errno.EOPNOTSUPP ? Libc.read(number, SINK, SINK_SIZE) : read;
  }

  /** struct iovec { void *base; u64 len; } */
  private static MemorySegment vector(MemorySegment bytes) {
    MemorySegment vector = Arena.global().allocate(2 * Long.BYTES, Long.BYTES);
    vector.set(ValueLayout.ADDRESS, 0, bytes);
    vector.set(ValueLayout.JAVA_LONG, Long.BYTES, bytes.byteSize());
    return vector;
  }

  private static MemorySegment one() {
    MemorySegment value = Arena.global().allocate(ValueLayout.JAVA_LONG);
    value.set(ValueLayout.JAVA_LONG, 0, 1);
    return value.asReadOnly();
  }
}
