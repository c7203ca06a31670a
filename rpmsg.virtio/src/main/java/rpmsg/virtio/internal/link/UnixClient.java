// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** Index 1: tries to connect, at most every 5 milliseconds, until the server is there. */
final class UnixClient implements Connector {

  static final long RETRY_NANOS = 5_000_000;

  private final UnixDomainSocketAddress address;
  private long lastTry = System.nanoTime() - RETRY_NANOS;

  private UnixClient(Path path) {
    this.address = UnixDomainSocketAddress.of(path);
  }

  static UnixClient of(Path path) throws LinkException, IOException {
    if (FileKind.at(path) != null && !FileKind.isSocket(path)) {
      throw new LinkException(
          Kind.SOCKET_PATH, path + " is no socket: give the path that the side with index 0 has");
    }
    return new UnixClient(path);
  }

  @Override
  public void register(Selector selector) {}

  @Override
  public SocketChannel tryConnect() throws IOException {
    long now = System.nanoTime();
    if (now - lastTry < RETRY_NANOS) {
      return null;
    }
    lastTry = now;
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    boolean connected = false;
    try {
      channel.configureBlocking(false);
      connected = channel.connect(address);
    } finally {
      if (!connected) {
        channel.close();
      }
    }
    return connected ? channel : null;
  }

  @Override
  public void close() {}
}
