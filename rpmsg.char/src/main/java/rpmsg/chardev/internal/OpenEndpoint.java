// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import static rpmsg.chardev.internal.Waiters.FOREVER;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.log.Logger;
import rpmsg.chardev.EndpointChannel;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/**
 * An opener's view of a {@link Port}: all that waits, and what closing and interrupting mean. A
 * port's methods are called without a lock.
 */
public final class OpenEndpoint implements EndpointChannel {
  /**
   * How often a writer looks by itself: not every peer, nor every kernel, tells of free buffers.
   */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Waiters readers = new Waiters(FOREVER);
  private final Waiters writers = new Waiters(LOOK_NANOS);
  private volatile boolean closed;
  private final ReentrantLock closing = new ReentrantLock();
  private final Notifier notifier;
  private final Port port;
  private final Runnable onClose;

  private OpenEndpoint(Port.Opener opener, Runnable onClose, Logger log) throws RpmsgException {
    notifier = new Notifier(this, this::ready, log);
    port = opener.open(this::changed);
    this.onClose = onClose;
  }

  /**
   * Opens a port.
   *
   * @param onClose runs once, when the port was closed by its opener
   * @throws RpmsgException what {@code opener} throws; {@code onClose} does not run then
   */
  public static OpenEndpoint open(Port.Opener opener, Runnable onClose, Logger log)
      throws RpmsgException {
    return new OpenEndpoint(opener, onClose, log);
  }

  private void changed() {
    readers.wakeOne();
    writers.wakeOne();
    notifier.changed();
  }

  /** One attempt to read or write. */
  private interface Attempt {
    /** What was done, or {@link Port#NOTHING} when that is not possible yet. */
    int now() throws RpmsgException;
  }

  /**
   * Tries until it is done.
   *
   * @param nanos how long to wait; up to zero nothing waits, so nothing is interrupted
   * @return what was done, or {@link Port#NOTHING} when the time is over
   */
  private int perform(Attempt attempt, Waiters waiters, Readiness what, long nanos)
      throws IOException {
    checkOpen();
    long start = System.nanoTime();
    for (; ; ) {
      if (nanos > 0 && Thread.interrupted()) {
        throw interrupted();
      }
      long mark = waiters.mark();
      if (closed) {
        throw new AsynchronousCloseException();
      }
      int done = attemptNow(attempt, waiters);
      if (done != Port.NOTHING) {
        return done;
      }
      notifier.ended(what);
      long left = nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - start);
      if (left <= 0) {
        return Port.NOTHING;
      }
      try {
        waiters.await(mark, left);
      } catch (InterruptedException e) {
        throw interrupted();
      }
    }
  }

  private int attemptNow(Attempt attempt, Waiters waiters) throws IOException {
    boolean failed = true;
    try {
      int done = attempt.now();
      failed = false;
      return done;
    } catch (RpmsgException refused) {
      throw isOpen() ? refused : asynchronouslyClosed(refused);
    } finally {
      if (failed && waiters.any()) {
        waiters.wakeOne();
      }
    }
  }

  private static IOException asynchronouslyClosed(RpmsgException refused) {
    AsynchronousCloseException closed = new AsynchronousCloseException();
    closed.addSuppressed(refused);
    return closed;
  }

  private IOException interrupted() {
    close();
    Thread.currentThread().interrupt();
    return new ClosedByInterruptException();
  }

  private int receive(MemorySegment target, long nanos) throws IOException {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("target is read-only");
    }
    if (target.byteSize() == 0) {
      checkOpen();
      return 0;
    }
    int length = perform(() -> port.tryRead(target), readers, Readiness.READABLE, nanos);
    if (length == Port.NOTHING) {
      throw new RpmsgException(Errno.EAGAIN, "no message");
    }
    if (readers.any() && port.poll().contains(Readiness.READABLE)) {
      readers.wakeOne();
    }
    return length;
  }

  private int send(MemorySegment source, long nanos, Errno late) throws IOException {
    Attempt attempt = () -> port.tryWrite(source) ? 0 : Port.NOTHING;
    if (perform(attempt, writers, Readiness.WRITABLE, nanos) == Port.NOTHING) {
      throw new RpmsgException(late, "timeout waiting for a tx buffer");
    }
    if (writers.any()) {
      writers.wakeOne();
    }
    return (int) source.byteSize();
  }

  private static int moved(ByteBuffer buffer, int bytes) {
    buffer.position(buffer.position() + bytes);
    return bytes;
  }

  /** Saturates: any duration is a timeout. */
  private static long nanos(Duration timeout) {
    return Math.max(0, TimeUnit.NANOSECONDS.convert(timeout));
  }

  private void checkOpen() throws ClosedChannelException {
    if (closed) {
      throw new ClosedChannelException();
    }
  }

  private Set<Readiness> ready() {
    return closed ? EnumSet.noneOf(Readiness.class) : port.poll();
  }

  @Override
  public int address() {
    return port.address();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return moved(target, receive(MemorySegment.ofBuffer(target), FOREVER));
  }

  @Override
  public int read(ByteBuffer target, Duration timeout) throws IOException {
    return moved(target, receive(MemorySegment.ofBuffer(target), nanos(timeout)));
  }

  @Override
  public int read(MemorySegment target) throws IOException {
    return receive(target, FOREVER);
  }

  @Override
  public int read(MemorySegment target, Duration timeout) throws IOException {
    return receive(target, nanos(timeout));
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return moved(source, write(MemorySegment.ofBuffer(source)));
  }

  @Override
  public int write(ByteBuffer source, Duration timeout) throws IOException {
    return moved(source, write(MemorySegment.ofBuffer(source), timeout));
  }

  @Override
  public int write(MemorySegment source) throws IOException {
    return send(source, nanos(RpmsgEndpoint.DEFAULT_TIMEOUT), Errno.ERESTARTSYS);
  }

  @Override
  public int write(MemorySegment source, Duration timeout) throws IOException {
    return send(source, nanos(timeout), Errno.EAGAIN);
  }

  @Override
  public Set<Readiness> poll() {
    EnumSet<Readiness> ready = EnumSet.noneOf(Readiness.class);
    ready.addAll(ready());
    EnumSet.complementOf(ready).forEach(notifier::ended);
    return ready;
  }

  @Override
  public void onReady(ReadinessListener listener) {
    notifier.listener(listener);
  }

  @Override
  public boolean outgoingFlowPaused() throws IOException {
    checkOpen();
    boolean paused = port.outgoingFlowPaused();
    notifier.ended(Readiness.FLOW_CHANGED);
    return paused;
  }

  @Override
  public void pauseIncomingFlow(boolean pause) throws IOException {
    checkOpen();
    port.pauseIncomingFlow(pause);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void close() {
    closing.lock();
    try {
      if (!closed) {
        closed = true;
        readers.wakeAll();
        writers.wakeAll();
        closePort();
      }
    } finally {
      closing.unlock();
    }
  }

  private void closePort() {
    try {
      port.close();
    } finally {
      onClose.run();
    }
  }
}
