// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A doorbell: an eventfd, or the socket or pipe that a peer gave in its place. Signals merge. No
 * method waits as long as the peer leaves the open file non-blocking, which it shares with us.
 * Neither {@link #signal} nor {@link #drain} allocates; any thread.
 */
public final class EventFd implements AutoCloseable {

  private static final int CLOEXEC_NONBLOCK = 0x80000 | 0x800;
  private static final int SINK_SIZE = 4096;
  private static final int MOST_READS = 16;

  /** Written by no one, and the same for all. */
  private static final MemorySegment ONE = one();

  /** Written by every drain, read by nobody. */
  private static final MemorySegment SINK = Arena.global().allocate(SINK_SIZE, Long.BYTES);

  private final Fd fd;
  private final boolean socket;

  private EventFd(Fd fd, boolean socket) {
    this.fd = fd;
    this.socket = socket;
  }

  /** A new eventfd that was not signalled yet. */
  public static EventFd create() throws ErrnoException {
    return new EventFd(Fd.own(Libc.eventfd(0, CLOEXEC_NONBLOCK), "eventfd"), false);
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
        case SOCKET -> {
          return new EventFd(received, true);
        }
        case ANONYMOUS, PIPE -> {
          received.nonBlocking();
          return new EventFd(received, false);
        }
        default -> throw new IOException(received + " is no eventfd, socket or pipe");
      }
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
      long written =
          socket ? SocketCalls.send(number, ONE, Long.BYTES) : Libc.write(number, ONE, Long.BYTES);
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

  private long readSome(int number) {
    return socket ? SocketCalls.recv(number, SINK, SINK_SIZE) : Libc.read(number, SINK, SINK_SIZE);
  }

  private static MemorySegment one() {
    MemorySegment value = Arena.global().allocate(ValueLayout.JAVA_LONG);
    value.set(ValueLayout.JAVA_LONG, 0, 1);
    return value.asReadOnly();
  }
}
