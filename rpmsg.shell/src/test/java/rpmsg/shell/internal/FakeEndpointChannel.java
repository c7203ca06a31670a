// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import rpmsg.chardev.EndpointChannel;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** An open endpoint device whose messages come from the test. */
public class FakeEndpointChannel implements EndpointChannel {
  public final BlockingQueue<byte[]> incoming = new LinkedBlockingQueue<>();
  public final BlockingQueue<byte[]> written = new LinkedBlockingQueue<>();

  /** Runs within read, before anything else. */
  public Runnable atRead = () -> {};

  /** What read fails with, or null. */
  public Errno failure;

  public int address = 0x400;
  private volatile boolean open = true;

  @Override
  public int address() {
    return address;
  }

  @Override
  public int read(ByteBuffer target, Duration timeout) throws IOException {
    atRead.run();
    if (failure != null) {
      throw new RpmsgException(failure, "of the test");
    }
    byte[] message = take(timeout);
    if (message == null) {
      throw new RpmsgException(Errno.EAGAIN, "no message");
    }
    target.put(message);
    return message.length;
  }

  private byte[] take(Duration timeout) throws IOException {
    try {
      return incoming.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new ClosedByInterruptException();
    }
  }

  @Override
  public int write(ByteBuffer source) {
    byte[] message = new byte[source.remaining()];
    source.get(message);
    written.add(message);
    return message.length;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(MemorySegment target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int read(MemorySegment target, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(MemorySegment source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(MemorySegment source, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<Readiness> poll() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void onReady(ReadinessListener listener) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean outgoingFlowPaused() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void pauseIncomingFlow(boolean pause) {
    throw new UnsupportedOperationException();
  }
}
