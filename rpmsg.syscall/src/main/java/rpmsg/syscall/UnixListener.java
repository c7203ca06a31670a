// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** A Unix socket that is listened to, which only its owner may connect to. */
public final class UnixListener implements AutoCloseable {

  private static final int OWNER_ONLY = 0600;
  private static final int BACKLOG = 8;
  private static final int TYPE_MASK = 0170000;
  private static final int TYPE_SOCKET = 0140000;

  private final Fd fd;
  private final Path path;
  private final Object key;

  private UnixListener(Fd fd, Path path) throws IOException {
    this.fd = fd;
    this.path = path;
    BasicFileAttributes found = at(path);
    this.key = found == null ? null : found.fileKey();
  }

  /**
   * Listens at a path. A socket that nobody listens to is replaced; anything else is left alone.
   *
   * @throws UnixPathException if the path is too long, somebody listens there, or something is
   *     there that is no socket
   * @throws ErrnoException if it cannot be made, such as EACCES or ENOENT
   */
  public static UnixListener listen(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = UnixAddress.of(path, arena);
      Fd socket = Fd.own(SocketCalls.socket(), "socket");
      try {
        bind(socket, address, path);
        return new UnixListener(socket, path);
      } catch (IOException | RuntimeException e) {
        socket.close();
        throw e;
      }
    }
  }

  /**
   * The next connection, or null if there is none now.
   *
   * @throws ErrnoException such as EMFILE; EBADF if closed
   */
  public UnixSocket tryAccept() throws ErrnoException {
    int number = fd.use("accept");
    try {
      int accepted = SocketCalls.accept(number);
      return accepted == -Errno.EAGAIN
          ? null
          : UnixSocket.accepted(Fd.own(accepted, "accept " + path));
    } finally {
      fd.release();
    }
  }

  /** The descriptor, for {@link Poll}. Still owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Stops listening, which wakes whoever polls it, and removes the socket if it is still ours. */
  @Override
  public void close() throws IOException {
    int number = fd.tryUse();
    if (number < 0) {
      return;
    }
    SocketCalls.shutdown(number);
    fd.release();
    fd.close();
    BasicFileAttributes found = at(path);
    if (found != null && found.fileKey().equals(key)) {
      Files.deleteIfExists(path);
    }
  }

  /** The mode is set before there is a name: the kernel gives it to the name (unix(7)). */
  private static void bind(Fd socket, MemorySegment address, Path path) throws IOException {
    int number = socket.use("bind");
    try {
      ErrnoException.check(Libc.fchmod(number, OWNER_ONLY), "fchmod " + path);
      int result = SocketCalls.bind(number, address);
      if (result == -Errno.EADDRINUSE) {
        removeLeftOver(path);
        result = SocketCalls.bind(number, address);
      }
      ErrnoException.check(result, "bind " + path);
      ErrnoException.check(SocketCalls.listen(number, BACKLOG), "listen " + path);
    } finally {
      socket.release();
    }
  }

  private static void removeLeftOver(Path path) throws IOException {
    BasicFileAttributes found = at(path);
    if (found == null) {
      return;
    }
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & TYPE_MASK) != TYPE_SOCKET) {
      throw new UnixPathException(path + " is there and is no socket: give another path");
    }
    if (somebodyListens(path)) {
      throw new UnixPathException(path + " is in use by another program: give another path");
    }
    Files.deleteIfExists(path);
  }

  private static boolean somebodyListens(Path path) throws IOException {
    try (UnixSocket probe = UnixSocket.connect(path)) {
      return probe.fd().isOpen();
    } catch (ErrnoException e) {
      return switch (e.errno()) {
        case Errno.ECONNREFUSED, Errno.ENOENT -> false;
        case Errno.EAGAIN -> true;
        default -> throw e;
      };
    }
  }

  private static BasicFileAttributes at(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
