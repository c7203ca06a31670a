// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;

/**
 * Sleeping on a 32-bit word in shared memory, between threads of any processes that map it. One
 * thread waits, any thread wakes; nothing is allocated.
 *
 * <p>The calls take the word's address and not the memory itself: they do not keep it mapped, and a
 * call on memory that is gone does nothing.
 */
public final class Futex {
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long NUMBER = System.getProperty("os.arch").equals("aarch64") ? 98 : 202;

  private static final MethodHandle SYSCALL =
      Downcalls.variadic(
          "syscall",
          1,
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private final long address;
  private final MemorySegment timespec = Arena.ofAuto().allocate(2 * Long.BYTES, Long.BYTES);

  /**
   * On the word at {@code offset} of native memory.
   *
   * @throws IllegalArgumentException if that is not aligned to 4 bytes
   */
  public Futex(MemorySegment memory, long offset) {
    address = memory.asSlice(offset, Integer.BYTES).address();
    if (address % Integer.BYTES != 0) {
      throw new IllegalArgumentException("a futex must be aligned to 4 bytes, is at " + address);
    }
  }

  /**
   * Sleeps while the word has this value, in the machine's byte order, at most for so long; also
   * ends when woken, or for no reason: look at the word.
   *
   * @throws UnsupportedOperationException if the system call cannot be made here
   */
  public void await(int value, long nanos) {
    timespec.set(JAVA_LONG, 0, nanos / SECOND);
    timespec.set(JAVA_LONG, Long.BYTES, nanos % SECOND);
    call(FUTEX_WAIT, value, timespec);
  }

  /** Wakes the thread that sleeps on the word, in whichever process. */
  public void wake() {
    call(FUTEX_WAKE, 1, MemorySegment.NULL);
  }

  private void call(int operation, int value, MemorySegment timeout) {
    MemorySegment state = Downcalls.state();
    try {
      long ignored =
          (long) SYSCALL.invokeExact(state, NUMBER, address, operation, value, timeout, 0L, 0);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }
}
