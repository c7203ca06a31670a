// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * A stream socket, blocking, a frame per message. The sender writes each frame by one system call,
 * the receiver reads what is there.
 */
final class SocketCarrier implements Carrier {
  private final ServerSocketChannel server;
  private SocketChannel socket;
  private FrameReader reader;

  private SocketCarrier(ServerSocketChannel server, SocketChannel socket) {
    this.server = server;
    this.socket = socket;
  }

  static SocketCarrier listenUnix(Path path) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return new SocketCarrier(server.bind(UnixDomainSocketAddress.of(path)), null);
  }

  static SocketCarrier connectUnix(String path) throws IOException {
    return new SocketCarrier(null, SocketChannel.open(UnixDomainSocketAddress.of(path)));
  }

  /** At a free port of the loopback interface. */
  static SocketCarrier listenTcp() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open();
    return new SocketCarrier(server.bind(loopback(0)), null);
  }

  static SocketCarrier connectTcp(String port) throws IOException {
    SocketChannel socket = SocketChannel.open(loopback(Integer.parseInt(port)));
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
    return new SocketCarrier(null, socket);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Override
  public String address() {
    try {
      SocketAddress local = server == null ? socket.getLocalAddress() : server.getLocalAddress();
      return local instanceof InetSocketAddress tcp ? "" + tcp.getPort() : local.toString();
    } catch (IOException closed) {
      return "";
    }
  }

  @Override
  public void join() throws IOException {
    if (socket == null) {
      socket = server.accept();
      if (socket.supportedOptions().contains(StandardSocketOptions.TCP_NODELAY)) {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
    }
    reader = new FrameReader(socket);
  }

  @Override
  public Pipe open(int size, Receiver receiver) {
    if (receiver != null) {
      reader.handTo((frames, at, length) ->
          receiver.onMessage(Stamp.read(frames.memory(), at + Frames.HEADER, length)));
    }
    return pipe(size);
  }

  @Override
  public Pipe echo(int size) {
    reader.handTo((frames, at, length) -> frames.write(socket, at, Frames.HEADER + length));
    return pipe(size);
  }

  private Pipe pipe(int size) {
    Frames out = new Frames(512);
    return new Pipe() {
      @Override
      public void send(long sequence) throws IOException {
        out.frame(size);
        Stamp.write(out.memory(), Frames.HEADER, size, sequence);
        out.write(socket, 0, Frames.HEADER + size);
      }

      @Override
      public void close() {
        reader.handTo(null);
      }
    };
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
    if (server != null) {
      server.close();
    }
    if (reader != null) {
      reader.close();
    }
  }
}
