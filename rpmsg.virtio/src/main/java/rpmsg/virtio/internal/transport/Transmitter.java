// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.virtio.internal.link.Doorbell;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.wire.RpmsgHeader;
import rpmsg.virtio.ring.VirtqueueException;

/**
 * Sending on one link: one lock around the transmit ring, and the ways to wait for a free buffer.
 * No lock is taken while another is held.
 *
 * <p>Who waits asks for notifications, looks again, then waits, and looks again every few
 * milliseconds anyway, because some peers never notify freed buffers (openamp-contract trap 9).
 * Where the peer polls it does not notify at all: who waits then looks by itself, as often as the
 * receive thread would. The receive thread, when it sends from a listener, waits on the doorbell
 * itself.
 */
final class Transmitter {
  private static final long SPIN_NANOS = 20_000;
  private static final long YIELD_NANOS = 100_000;
  private static final long POLL_YIELD_NANOS = 300_000;
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long POLL_SLICE_NANOS = 50_000;

  private final TransmitLock lock = new TransmitLock();

  /**
   * Threads that wait, each as often as it does; a lock, and a list that stays as big as it was.
   */
  private final List<Thread> waiters = new ArrayList<>();

  private final AtomicInteger waiting = new AtomicInteger();
  private final Runnable suppressUnlessAwaited = this::suppressUnlessAwaited;
  private final Queue<Runnable> whenWritable = new ConcurrentLinkedQueue<>();
  private final RpmsgHeader header;
  private final Counters counters;
  private final Doorbell doorbell;
  private final boolean alwaysKick;
  private final Consumer<Throwable> onFailure;
  private final BooleanSupplier over;
  private Side side;
  private Thread receiveThread;
  private boolean up;

  /** Bytes of the message sent last. */
  private int lastTotal;

  /** How many had been sent when it was made ready for the next one. */
  private long preparedAt;

  /**
   * @param onFailure told when the ring is broken or the memory is gone; must not block
   * @param over whether the link is over, asked by the receive thread while it waits here
   */
  Transmitter(
      RpmsgHeader header,
      Counters counters,
      Doorbell doorbell,
      boolean alwaysKick,
      Consumer<Throwable> onFailure,
      BooleanSupplier over) {
    this.header = header;
    this.counters = counters;
    this.doorbell = doorbell;
    this.alwaysKick = alwaysKick;
    this.onFailure = onFailure;
    this.over = over;
  }

  /** Sending may begin. */
  void start(Side side, Thread receiveThread) {
    lock.lock();
    try {
      this.side = side;
      this.receiveThread = receiveThread;
      up = true;
    } finally {
      lock.unlock();
    }
  }

  /** Sending ends: who waits is told, and nobody touches the memory from here on. */
  void stop() {
    lock.lock();
    try {
      up = false;
    } finally {
      lock.unlock();
    }
    signalAll();
  }

  private void signalAll() {
    synchronized (waiters) {
      for (int i = 0; i < waiters.size(); i++) {
        LockSupport.unpark(waiters.get(i));
      }
    }
  }

  boolean send(int src, int dst, MemorySegment payload, long timeoutNanos) throws RpmsgException {
    return use(src, dst, (int) payload.byteSize(), payload, timeoutNanos) != null;
  }

  BufferClaim claim(int src, int dst, int length, long timeoutNanos) throws RpmsgException {
    return use(src, dst, length, null, timeoutNanos);
  }

  /** Takes a buffer to send the payload, or to be claimed where there is none; null: too late. */
  private TxBuffer use(int src, int dst, int length, MemorySegment payload, long timeoutNanos)
      throws RpmsgException {
    long deadline = 0;
    for (; ; ) {
      lock.lock();
      try {
        TxBuffer buffer = takeFor(length);
        if (buffer != null) {
          if (payload == null) {
            buffer.claimFor(src, dst, length);
          } else {
            fillAndPublish(buffer, src, dst, payload, length);
          }
          return buffer;
        }
        counters.backPressure++;
      } catch (InternalError | VirtqueueException failure) {
        throw failed(failure);
      } finally {
        lock.unlock();
      }
      deadline = deadline == 0 ? deadline(timeoutNanos) : deadline;
      if (!awaitFree(deadline)) {
        return null;
      }
    }
  }

  /** Sends a claimed buffer. */
  void publish(TxBuffer buffer) throws RpmsgException {
    lock.lock();
    try {
      checkUp();
      header.write(buffer.buffer, buffer.src, buffer.dst, buffer.length());
      put(buffer);
    } catch (InternalError | VirtqueueException failure) {
      throw failed(failure);
    } finally {
      lock.unlock();
    }
  }

  /** Takes a claimed buffer back. */
  void abort(TxBuffer buffer) {
    lock.lock();
    try {
      if (up) {
        side.giveBack(buffer);
      }
    } finally {
      lock.unlock();
    }
    if (isAwaited()) {
      doorbell.wake();
    }
  }

  boolean writable() {
    lock.lock();
    try {
      return up && side.hasFree();
    } catch (InternalError failure) {
      onFailure.accept(failure);
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Whether somebody waits for a free buffer. */
  boolean isAwaited() {
    return waiting.get() != 0;
  }

  void whenWritable(Runnable action) throws RpmsgException {
    lock.lock();
    try {
      checkUp();
      whenWritable.add(action);
      waiting.incrementAndGet();
      side.enableFree();
      if (side.hasFree() || !doorbell.rings()) {
        doorbell.wake();
      }
    } catch (InternalError failure) {
      throw failed(failure);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Wakes those who wait, if a buffer came free; on the receive thread.
   *
   * @param space runs the actions of {@link #whenWritable}; one that it cannot take stays
   * @return false when somebody is sending right now: ask again before blocking
   */
  boolean wakeWaiters(AddressSpace space) {
    if (!isAwaited()) {
      return true;
    }
    if (!lock.tryLock()) {
      return false;
    }
    boolean free;
    try {
      free = up && side.hasFree();
    } finally {
      lock.unlock();
    }
    if (free) {
      signalAll();
      for (Runnable action; (action = whenWritable.peek()) != null && space.execute(action); ) {
        whenWritable.remove();
        noLongerWaiting();
      }
    }
    return true;
  }

  /**
   * {@link Side#overwritten}, asked while nobody is between the two stores of a send; false while
   * somebody is.
   */
  boolean overwritten() {
    if (!lock.tryLock()) {
      return false;
    }
    try {
      return side.overwritten();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The peer has other memory for the same rings: who sends waits until all is found there.
   *
   * @throws LinkException BAD_PEER when something in use is not there
   */
  void move(Link link, boolean eventIdx) throws LinkException {
    lock.lock();
    try {
      link.move();
      side.move(link, eventIdx);
    } finally {
      lock.unlock();
    }
  }

  /** Runs {@code action} while nobody sends. */
  void exclusively(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }

  private TxBuffer takeFor(int length) throws RpmsgException {
    checkUp();
    TxBuffer buffer = side.take();
    if (buffer != null && length > RpmsgHeader.payload(buffer.capacity)) {
      side.giveBack(buffer);
      throw new RpmsgException(
          Errno.EMSGSIZE,
          "message is too big (%d), at most %d"
              .formatted(length, RpmsgHeader.payload(buffer.capacity)));
    }
    return buffer;
  }

  private void fillAndPublish(
      TxBuffer buffer, int src, int dst, MemorySegment payload, int length) {
    boolean filled = false;
    try {
      buffer.fill(header, src, dst, payload, length);
      filled = true;
    } finally {
      if (!filled) {
        side.giveBack(buffer);
      }
    }
    put(buffer);
  }

  /**
   * Gets ready for a message like the last one, while nothing is to be done: the next buffer and
   * its ring entry are stored to, so that their cache lines, which the peer's processor has had,
   * are this one's when a message is to be stored there. On the receive thread, and only where that
   * is the one that sends: another processor would be robbed of them.
   */
  void prepare() {
    if (!lock.isMine() || preparedAt == counters.sent) {
      return;
    }
    lock.lock();
    try {
      preparedAt = counters.sent;
      TxBuffer next = up ? side.take() : null;
      if (next != null) {
        next.own(lastTotal);
        side.prepare(next);
        side.giveBack(next);
      }
    } finally {
      lock.unlock();
    }
  }

  private void put(TxBuffer buffer) {
    side.publish(buffer);
    counters.sent++;
    lastTotal = buffer.total();
    if (doorbell.rings() && (alwaysKick || side.sendKickNeeded(doorbell.peerFences()))) {
      counters.kicks++;
      doorbell.ringFor(side.transmitQueue());
    }
  }

  private void checkUp() throws RpmsgException {
    if (!up) {
      throw new RpmsgException(Errno.ENODEV, "the link is down");
    }
  }

  private RpmsgException failed(Throwable failure) {
    onFailure.accept(failure);
    return new RpmsgException(Errno.EIO, "the link failed: " + failure.getMessage(), failure);
  }

  private static long deadline(long timeoutNanos) {
    long deadline = System.nanoTime() + Math.min(timeoutNanos, Long.MAX_VALUE / 2);
    return deadline == 0 ? 1 : deadline;
  }

  /** False when the deadline has passed. */
  private boolean awaitFree(long deadline) throws RpmsgException {
    long left = deadline - System.nanoTime();
    if (left <= 0) {
      return false;
    }
    if (Thread.interrupted()) {
      Thread.currentThread().interrupt();
      throw new RpmsgException(Errno.EINTR, "interrupted while waiting for a tx buffer");
    }
    if (Thread.currentThread() == receiveThread) {
      awaitOnDoorbell(left);
    } else if (!spin(left)) {
      awaitSignal(left);
    }
    return true;
  }

  private void awaitOnDoorbell(long left) throws RpmsgException {
    if (over.getAsBoolean()) {
      throw new RpmsgException(Errno.ENODEV, "the link is down");
    }
    if (!freeOrOver()) {
      doorbell.await(Math.min(left, SLICE_NANOS));
    }
    exclusively(suppressUnlessAwaited);
  }

  private boolean spin(long left) {
    long start = System.nanoTime();
    long longest = Math.min(left, doorbell.rings() ? YIELD_NANOS : POLL_YIELD_NANOS);
    for (long waited = 0; waited < longest; waited = System.nanoTime() - start) {
      if (writable()) {
        return true;
      }
      if (waited < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    return false;
  }

  /** Also ends when interrupted, which shows in the next round. */
  private void awaitSignal(long left) throws RpmsgException {
    Thread me = Thread.currentThread();
    synchronized (waiters) {
      waiters.add(me);
    }
    waiting.incrementAndGet();
    try {
      if (!freeOrOver()) {
        LockSupport.parkNanos(
            this, Math.min(left, doorbell.rings() ? SLICE_NANOS : POLL_SLICE_NANOS));
      }
    } catch (InternalError failure) {
      throw failed(failure);
    } finally {
      synchronized (waiters) {
        waiters.remove(me);
      }
      noLongerWaiting();
    }
  }

  /** Asks to be told of a free buffer, and whether there is one, or none to be waited for. */
  private boolean freeOrOver() {
    lock.lock();
    try {
      counters.waits++;
      if (up) {
        side.enableFree();
      }
      return !up || side.hasFree();
    } finally {
      lock.unlock();
    }
  }

  private void noLongerWaiting() {
    if (waiting.decrementAndGet() == 0) {
      exclusively(suppressUnlessAwaited);
    }
  }

  private void suppressUnlessAwaited() {
    if (up && !isAwaited()) {
      side.suppressFree();
    }
  }
}
