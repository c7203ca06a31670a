// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;

/** An open node that is one end of a pair of sockets; the peer is the other end. */
final class FakeNode implements Node {
  final AtomicInteger reads = new AtomicInteger();
  private final FakeKernel kernel;
  private final String name;
  private final UnixSocket ours;
  private final UnixSocket peer;

  FakeNode(FakeKernel kernel, String name) {
    this.kernel = kernel;
    this.name = name;
    try {
      UnixSocket.Pair pair = UnixSocket.pair();
      ours = pair.ours();
      peer = UnixSocket.of(pair.theirs());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The peer sends a message; one at a time, since a socket joins them. */
  void deliver(String text) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
      MemorySegment message = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      peer.trySend(message, List.of());
    }
  }

  /** What was written and not taken yet. */
  String written() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(1 << 20);
      int length = peer.tryReceive(bytes, List.of());
      return new String(
          bytes.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }
  }

  /** The device goes. */
  void vanish() {
    peer.close();
  }

  @Override
  public int read(MemorySegment into) throws RpmsgException {
    reads.incrementAndGet();
    try {
      int length = ours.tryReceive(into, List.of());
      if (length == UnixSocket.END) {
        throw new RpmsgException(Errno.EPIPE, "read " + name);
      }
      return length == UnixSocket.WOULD_BLOCK ? WOULD_BLOCK : length;
    } catch (RpmsgException e) {
      throw e;
    } catch (IOException e) {
      throw new RpmsgException(Errno.EPIPE, "read " + name, e);
    }
  }

  @Override
  public int write(MemorySegment from) throws RpmsgException {
    try {
      int length = ours.trySend(from, List.of());
      return length == UnixSocket.WOULD_BLOCK ? WOULD_BLOCK : length;
    } catch (IOException e) {
      throw new RpmsgException(Errno.EPIPE, "write " + name, e);
    }
  }

  @Override
  public void ioctl(int request, MemorySegment argument) {
    kernel.ioctl(name, request, argument);
  }

  @Override
  public void ioctl(int request, long argument) {
    kernel.ioctl(name, request);
    vanish();
  }

  @Override
  public Fd fd() {
    return ours.fd();
  }

  @Override
  public void close() {
    ours.close();
    peer.close();
    kernel.open.remove(name, this);
  }
}
