// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Waits for one of several descriptors. Its slots are used again and again, and nothing is
 * allocated. One thread.
 */
public final class Poll {

  /** There is something to read, or to accept. */
  public static final int IN = 1;

  /** There is something urgent; what that is depends on the device. */
  public static final int PRIORITY = 2;

  /** There is room to write. */
  public static final int OUT = 4;

  /** Reported without being asked for: an error, the peer's end, a descriptor that was closed. */
  public static final int GONE = 0x8 | 0x10 | 0x20;

  private static final int NVAL = 0x20;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** struct pollfd { int fd; short events; short revents; } */
  private static final long SLOT = 8;

  private static final long EVENTS = 4;
  private static final long REVENTS = 6;

  private final Fd[] fds;
  private final MemorySegment slots;
  private final MemorySegment timespec;

  /** With so many slots, all empty. */
  public Poll(int capacity) {
    this.fds = new Fd[capacity];
    Arena arena = Arena.ofAuto();
    this.slots = arena.allocate(capacity * SLOT, Long.BYTES);
    this.timespec = arena.allocate(2 * Long.BYTES, Long.BYTES);
  }

  /**
   * Fills or empties a slot. The descriptor stays its owner's.
   *
   * @param fd null for nothing
   * @param events {@link #IN}, {@link #PRIORITY}, {@link #OUT}, any of them, or 0
   */
  public void set(int index, Fd fd, int events) {
    Objects.checkIndex(index, fds.length);
    fds[index] = fd;
    slots.set(JAVA_SHORT, index * SLOT + EVENTS, (short) events);
    slots.set(JAVA_SHORT, index * SLOT + REVENTS, (short) 0);
  }

  /**
   * Waits until something is there. A descriptor that is closed meanwhile is waited for to the end:
   * wake the waiting thread by another one.
   *
   * @param nanos the longest wait, 0 or less for none
   * @return how many slots have events; 0 when the time is over
   */
  public int await(long nanos) throws ErrnoException {
    int closed = begin();
    try {
      int ready = poll(closed == 0 ? Math.max(0, nanos) : 0);
      return ErrnoException.check(ready, "ppoll") + closed;
    } finally {
      end();
    }
  }

  /**
   * What the last {@link #await} found: bits of {@link #IN}, {@link #PRIORITY}, {@link #OUT},
   * {@link #GONE}.
   */
  public int events(int index) {
    Objects.checkIndex(index, fds.length);
    return slots.get(JAVA_SHORT, index * SLOT + REVENTS);
  }

  private int poll(long nanos) {
    long start = System.nanoTime();
    long left = nanos;
    int ready;
    do {
      timespec.set(JAVA_LONG, 0, left / SECOND);
      timespec.set(JAVA_LONG, Long.BYTES, left % SECOND);
      ready = Libc.ppoll(slots, fds.length, timespec);
      left = Math.max(0, nanos - (System.nanoTime() - start));
    } while (ready == -Errno.EINTR);
    return ready;
  }

  /** Takes all descriptors into use; how many are closed. */
  private int begin() {
    int closed = 0;
    for (int i = 0; i < fds.length; i++) {
      int number = fds[i] == null ? -1 : fds[i].tryUse();
      slots.set(JAVA_INT, i * SLOT, number);
      if (number < 0 && fds[i] != null) {
        closed++;
      }
    }
    return closed;
  }

  private void end() {
    for (int i = 0; i < fds.length; i++) {
      if (fds[i] == null) {
        continue;
      }
      if (slots.get(JAVA_INT, i * SLOT) < 0) {
        slots.set(JAVA_SHORT, i * SLOT + REVENTS, (short) NVAL);
      } else {
        fds[i].release();
      }
    }
  }
}
