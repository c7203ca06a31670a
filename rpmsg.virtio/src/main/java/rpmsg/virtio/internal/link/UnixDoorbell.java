// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import rpmsg.virtio.internal.link.LinkException.Kind;

/**
 * A doorbell over a Unix domain stream socket: a ring is one byte of value 1, any byte that comes
 * is a ring (LX139). A byte that does not fit is dropped: those that wait in the socket say the
 * same.
 */
final class UnixDoorbell implements Doorbell {

  /** Bytes that a socket address holds beside its final NUL. */
  static final int MAX_PATH = 107;

  private static final int READ_SIZE = 4096;
  private static final int MAX_READS = 16;
  private static final Consumer<SelectionKey> NOTHING = key -> {};

  private final Path path;
  private final Connector connector;
  private final Selector selector;
  private final ByteBuffer in = ByteBuffer.allocateDirect(READ_SIZE);
  private final ByteBuffer out = ByteBuffer.allocateDirect(1).put(0, (byte) 1);
  private final AtomicInteger rings = new AtomicInteger();
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile SocketChannel socket;
  private volatile boolean rungEarly;
  private volatile boolean peerClosed;
  private volatile boolean closed;
  private volatile String lastFailure;

  private UnixDoorbell(Path path, Connector connector) throws IOException {
    this.path = path;
    this.connector = connector;
    this.selector = Selector.open();
    connector.register(selector);
  }

  static void checkPath(Path path) throws LinkException {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH) {
      throw new LinkException(
          Kind.SOCKET_PATH,
          "the path of the doorbell has %d bytes, a socket's may have %d: give a shorter one: %s"
              .formatted(length, MAX_PATH, path));
    }
  }

  static UnixDoorbell open(Path path, int index) throws LinkException {
    try {
      Connector connector = index == 0 ? UnixServer.listen(path) : UnixClient.of(path);
      try {
        return new UnixDoorbell(path, connector);
      } catch (IOException e) {
        connector.close();
        throw e;
      }
    } catch (IOException e) {
      throw new LinkException(
          Kind.SOCKET_PATH,
          "no socket at " + path + " (" + e.getMessage() + "): give another path",
          e);
    }
  }

  @Override
  public boolean rings() {
    return true;
  }

  /** One thread writes; what others want meanwhile is written by it, after its own byte. */
  @Override
  public void ring() {
    if (rings.getAndIncrement() != 0) {
      return;
    }
    int served;
    do {
      served = rings.get();
      write();
    } while (rings.addAndGet(-served) != 0);
  }

  private void write() {
    if (socket == null) {
      rungEarly = true;
    }
    SocketChannel to = socket;
    if (to == null) {
      return;
    }
    try {
      to.write(out.clear());
    } catch (IOException goneAsTheReaderWillSee) {
      return;
    }
  }

  @Override
  public boolean await(long nanos) {
    long deadline = System.nanoTime() + nanos;
    long left = nanos;
    do {
      select(left);
      if (poll() | woken.getAndSet(false)) {
        return true;
      }
      left = deadline - System.nanoTime();
    } while (left > 0 && !closed && !Thread.currentThread().isInterrupted());
    return false;
  }

  private void select(long nanos) {
    long most = socket == null ? Math.min(nanos, UnixClient.RETRY_NANOS) : nanos;
    try {
      if (most <= 0) {
        selector.selectNow(NOTHING);
      } else {
        selector.select(NOTHING, Math.max(1, most / 1_000_000));
      }
    } catch (IOException | ClosedSelectorException e) {
      lastFailure = e.getMessage();
    }
  }

  @Override
  public boolean poll() {
    if (peerClosed || closed) {
      return false;
    }
    SocketChannel from = socket;
    return from == null ? connect() : drain(from);
  }

  private boolean connect() {
    try {
      SocketChannel connected = connector.tryConnect();
      if (connected == null) {
        return false;
      }
      adopt(connected);
    } catch (IOException | ClosedSelectorException e) {
      lastFailure = e.getMessage();
      return false;
    }
    if (rungEarly) {
      ring();
    }
    return true;
  }

  /** The selector's look is what really closes a server that has done its work. */
  private void adopt(SocketChannel connected) throws IOException {
    connected.configureBlocking(false);
    connected.register(selector, SelectionKey.OP_READ);
    socket = connected;
    if (closed) {
      close(connected);
    }
    selector.selectNow(NOTHING);
  }

  private boolean drain(SocketChannel from) {
    int total = 0;
    try {
      for (int i = 0; i < MAX_READS; i++) {
        int count = from.read(in.clear());
        if (count < 0) {
          return hangUp(from);
        }
        total += count;
        if (count < READ_SIZE) {
          break;
        }
      }
    } catch (IOException reset) {
      return hangUp(from);
    }
    return total > 0;
  }

  private boolean hangUp(SocketChannel from) {
    peerClosed = !closed;
    close(from);
    return true;
  }

  @Override
  public void wake() {
    woken.set(true);
    selector.wakeup();
  }

  @Override
  public void active() {}

  @Override
  public boolean connected() {
    return socket != null && !peerClosed && !closed;
  }

  @Override
  public boolean seesPeerGo() {
    return true;
  }

  @Override
  public boolean peerClosed() {
    return peerClosed;
  }

  @Override
  public void close() {
    closed = true;
    close(connector);
    close(socket);
    close(selector);
  }

  private void close(AutoCloseable resource) {
    try {
      if (resource != null) {
        resource.close();
      }
    } catch (Exception e) {
      lastFailure = e.getMessage();
    }
  }

  @Override
  public String toString() {
    String failure = lastFailure;
    String state = connected() ? "" : failure == null ? " (not connected)" : " (" + failure + ")";
    return "unix:" + path + state;
  }
}
