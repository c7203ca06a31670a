// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** Index 0: listens, and accepts one connection. */
final class UnixServer implements Connector {

  private final Path path;
  private final ServerSocketChannel server;
  private final Object key;

  private UnixServer(Path path, ServerSocketChannel server) throws IOException {
    this.path = path;
    this.server = server;
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    this.key = FileKind.at(path).fileKey();
    server.configureBlocking(false);
  }

  /** Listens at the path; a socket that was left there is removed, anything else is not. */
  static UnixServer listen(Path path) throws LinkException, IOException {
    if (FileKind.at(path) != null) {
      if (!FileKind.isSocket(path)) {
        throw new LinkException(
            Kind.SOCKET_PATH, path + " is there and is no socket: give another path");
      }
      Files.delete(path);
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(path), 1);
      return new UnixServer(path, server);
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  @Override
  public void register(Selector selector) throws IOException {
    server.register(selector, SelectionKey.OP_ACCEPT);
  }

  /** A second client is refused from then on, instead of waiting for an answer for ever. */
  @Override
  public SocketChannel tryConnect() throws IOException {
    SocketChannel accepted = server.accept();
    if (accepted != null) {
      server.close();
    }
    return accepted;
  }

  @Override
  public void close() throws IOException {
    server.close();
    BasicFileAttributes found = FileKind.at(path);
    if (found != null && key.equals(found.fileKey())) {
      Files.deleteIfExists(path);
    }
  }
}
