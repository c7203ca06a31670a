// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;

/**
 * A connected Unix stream socket that also carries descriptors. No method waits. One thread may
 * send while another receives; anything else, any thread.
 */
public final class UnixSocket implements AutoCloseable {

  /** The most descriptors that go with a message. */
  public static final int MAX_FDS = 8;

  /** Result: nothing can be sent or received now. */
  public static final int WOULD_BLOCK = 0;

  /** Result: the peer has ended the connection. */
  public static final int END = -1;

  /**
   * Two ends that are connected.
   *
   * @param ours to be used here
   * @param theirs to be sent to somebody, then closed as it is: its connection stays
   */
  public record Pair(UnixSocket ours, Fd theirs) {}

  private final Fd fd;
  private final MessageHeader sending = new MessageHeader();
  private final MessageHeader receiving = new MessageHeader();

  private UnixSocket(Fd fd) {
    this.fd = fd;
  }

  /**
   * Connects to a socket.
   *
   * @throws ErrnoException ENOENT or ECONNREFUSED if nobody listens there, EAGAIN if too many wait
   *     to be accepted
   */
  public static UnixSocket connect(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = UnixAddress.of(path, arena);
      Fd socket = Fd.own(SocketCalls.socket(), "socket");
      try {
        int number = socket.use("connect");
        try {
          ErrnoException.check(SocketCalls.connect(number, address), "connect " + path);
        } finally {
          socket.release();
        }
        return new UnixSocket(socket);
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
    }
  }

  /** A pair of connected sockets. */
  public static Pair pair() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(2 * Integer.BYTES, Integer.BYTES);
      ErrnoException.check(SocketCalls.socketpair(two), "socketpair");
      Fd ours = Fd.own(two.get(ValueLayout.JAVA_INT, 0));
      Fd theirs = Fd.own(two.get(ValueLayout.JAVA_INT, Integer.BYTES));
      return new Pair(new UnixSocket(ours), theirs);
    }
  }

  /**
   * Takes a descriptor over, which is closed if this fails.
   *
   * @throws IOException if it is no socket
   */
  public static UnixSocket of(Fd received) throws IOException {
    try {
      if (FileStatus.of(received).kind() != FileStatus.Kind.SOCKET) {
        throw new IOException(received + " is no socket");
      }
      return new UnixSocket(received);
    } catch (IOException | RuntimeException e) {
      received.close();
      throw e;
    }
  }

  static UnixSocket accepted(Fd fd) {
    return new UnixSocket(fd);
  }

  /**
   * Sends what there is room for.
   *
   * @param bytes native memory, at least one byte
   * @param fds go with the first byte; they stay the caller's
   * @return how many bytes went, or {@link #WOULD_BLOCK}, and then no descriptor went either
   * @throws ErrnoException EPIPE or ECONNRESET if the peer is gone, EBADF if a descriptor or this
   *     socket is closed
   */
  public int trySend(MemorySegment bytes, List<Fd> fds) throws ErrnoException {
    int number = fd.use("send");
    try {
      long sent = sending.send(number, bytes, fds);
      if (sent == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      return (int) ErrnoException.check(sent, "send " + fd);
    } finally {
      fd.release();
      Reference.reachabilityFence(bytes);
    }
  }

  /**
   * Receives what is there, and the descriptors that belong to it.
   *
   * @param into native memory, at least one byte
   * @param fds gets the descriptors, closed on exec, which are then the caller's
   * @return how many bytes came, {@link #WOULD_BLOCK} or {@link #END}
   * @throws IOException also if more than {@link #MAX_FDS} descriptors came; none is left open
   */
  public int tryReceive(MemorySegment into, List<Fd> fds) throws IOException {
    int number = fd.use("receive");
    try {
      long received = receiving.receive(number, into, fds);
      if (received == -Errno.EAGAIN) {
        return WOULD_BLOCK;
      }
      return received == 0 ? END : (int) ErrnoException.check(received, "receive " + fd);
    } finally {
      fd.release();
      Reference.reachabilityFence(into);
    }
  }

  /** The descriptor, for {@link Poll}. Still owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Ends the connection in both directions, which wakes whoever polls it, and closes. */
  @Override
  public void close() {
    int number = fd.tryUse();
    if (number >= 0) {
      SocketCalls.shutdown(number);
      fd.release();
    }
    fd.close();
  }
}
