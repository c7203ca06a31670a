// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import rpmsg.syscall.Errno;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixListener;
import rpmsg.syscall.UnixPathException;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** How the connections of a back-end come about: it listens, or it has connected once itself. */
final class VhostEntrance implements AutoCloseable {

  private final Path path;
  private final UnixListener listener;
  private UnixSocket connected;

  private VhostEntrance(Path path, UnixListener listener, UnixSocket connected) {
    this.path = path;
    this.listener = listener;
    this.connected = connected;
  }

  /**
   * Listens or connects.
   *
   * @throws LinkException SOCKET_PATH, NO_PERMISSION, NO_SUCH_FILE, INVALID or IO; NOT_READY if
   *     nobody listens where this end is to connect
   */
  static VhostEntrance open(Path path, boolean connect) throws LinkException {
    try {
      return connect
          ? new VhostEntrance(path, null, UnixSocket.connect(path))
          : new VhostEntrance(path, UnixListener.listen(path), null);
    } catch (UnixPathException e) {
      throw new LinkException(Kind.SOCKET_PATH, e.getMessage(), e);
    } catch (ErrnoException e) {
      throw failure(path, connect, e);
    } catch (IOException e) {
      throw new LinkException(Kind.IO, path + ": " + e.getMessage(), e);
    } catch (UnsupportedOperationException e) {
      throw new LinkException(Kind.INVALID, e.getMessage(), e);
    }
  }

  private static LinkException failure(Path path, boolean connect, ErrnoException e) {
    boolean nobody =
        switch (e.errno()) {
          case Errno.ENOENT, Errno.ECONNREFUSED, Errno.EAGAIN -> connect;
          default -> false;
        };
    if (nobody) {
      return nobodyListens(path, e);
    }
    return switch (e.errno()) {
      case Errno.ENOENT ->
          new LinkException(
              Kind.NO_SUCH_FILE, path + " cannot be made: its folder does not exist", e);
      case Errno.EACCES ->
          new LinkException(
              Kind.NO_PERMISSION, path + " may not be used: see the owner and mode of it", e);
      default -> new LinkException(Kind.IO, e.getMessage(), e);
    };
  }

  private static LinkException nobodyListens(Path path, Exception cause) {
    return new LinkException(
        Kind.NOT_READY, "nobody listens at " + path + ": start the other side", cause);
  }

  /** What shows that there is a connection to be had, or null. */
  Fd fd() {
    return listener == null ? null : listener.fd();
  }

  /**
   * The next connection, or null if there is none yet.
   *
   * @throws LinkException NOT_READY if there will be none any more; IO
   */
  UnixSocket next() throws LinkException {
    if (listener == null) {
      UnixSocket socket = connected;
      connected = null;
      if (socket == null) {
        throw nobodyListens(path, null);
      }
      return socket;
    }
    try {
      return listener.tryAccept();
    } catch (ErrnoException e) {
      throw new LinkException(Kind.IO, e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    if (connected != null) {
      connected.close();
    }
    if (listener != null) {
      try {
        listener.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public String toString() {
    return "vhost-user:" + path;
  }
}
