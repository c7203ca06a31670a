// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor with one owner, who closes it. All methods may be called from any thread: the
 * number goes back to the operating system when the last call that is under way has returned, so
 * that no call ever meets another file under the same number.
 */
public final class Fd implements AutoCloseable {

  private static final int CLOSED = 1 << 31;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int O_NONBLOCK = 0x800;
  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final VarHandle STATE = state();

  private final int number;

  /** Calls under way; the sign bit says that no more may begin. */
  private volatile int state;

  private Fd(int number) {
    this.number = number;
  }

  /** Owns what a call returned, or throws if that is a negative error number. */
  static Fd own(int result, String what) throws ErrnoException {
    return own(ErrnoException.check(result, what));
  }

  static Fd own(int number) {
    OPEN.incrementAndGet();
    return new Fd(number);
  }

  /** How many are open in this process. */
  public static int open() {
    return OPEN.get();
  }

  /**
   * Makes reads and writes of the open file return EAGAIN in place of waiting. Whoever shares the
   * open file with us shares this too, and can take it back.
   */
  public void nonBlocking() throws ErrnoException {
    int fd = use("fcntl");
    try {
      int flags = ErrnoException.check(Libc.fcntl(fd, F_GETFL, 0), "fcntl " + this);
      if ((flags & O_NONBLOCK) == 0) {
        ErrnoException.check(Libc.fcntl(fd, F_SETFL, flags | O_NONBLOCK), "fcntl " + this);
      }
    } finally {
      release();
    }
  }

  /** Whether it was not closed yet. */
  public boolean isOpen() {
    return state >= 0;
  }

  /** Closes it; idempotent. */
  @Override
  public void close() {
    int before;
    do {
      before = state;
      if (before < 0) {
        return;
      }
    } while (!STATE.compareAndSet(this, before, before | CLOSED));
    OPEN.decrementAndGet();
    if (before == 0) {
      Libc.close(number);
    }
  }

  /**
   * Begins a call: the number, or -1 if closed. A number must be {@linkplain #release given back}.
   */
  int tryUse() {
    int before;
    do {
      before = state;
      if (before < 0) {
        return -1;
      }
    } while (!STATE.compareAndSet(this, before, before + 1));
    return number;
  }

  /** As {@link #tryUse}, with an exception in place of -1. */
  int use(String what) throws ErrnoException {
    int fd = tryUse();
    if (fd < 0) {
      throw new ErrnoException(what + " " + this, Errno.EBADF);
    }
    return fd;
  }

  /** Ends a call. */
  void release() {
    int after = (int) STATE.getAndAdd(this, -1) - 1;
    if (after == CLOSED) {
      Libc.close(number);
    }
  }

  @Override
  public String toString() {
    return "fd " + number;
  }

  private static VarHandle state() {
    try {
      return MethodHandles.lookup().findVarHandle(Fd.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
