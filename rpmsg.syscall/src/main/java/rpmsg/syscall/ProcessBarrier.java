// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * A full fence on every processor at once that runs a thread of this process, or of any process
 * that has registered: {@code membarrier(2)}. Where one side of a handshake is rare and the other
 * frequent, the rare side makes the call, some microseconds, and the frequent side needs no fence
 * of its own: only that the compiler keeps its store before its load.
 *
 * <p>Any thread; nothing is allocated.
 */
public enum ProcessBarrier {
  /** Threads of this process. */
  PRIVATE(1 << 3, 1 << 4),

  /** Threads of every process on this machine that has {@link #available()} of this constant. */
  GLOBAL(1 << 1, 1 << 2);

  private final int command;
  private final boolean available;

  ProcessBarrier(int command, int registration) {
    this.command = command;
    available = Calls.registered(registration);
  }

  /** Whether the kernel has it and lets this process use it, which it then does for good. */
  public boolean available() {
    return available;
  }

  /**
   * All that the threads stored before is visible to all, and none of them has loaded in advance
   * what comes after it.
   *
   * @return false if that could not be had now, and nothing is known
   */
  public boolean fence() {
    return available && Calls.membarrier(command);
  }

  /** Apart, for an enum's constants are made before its other fields. */
  private static final class Calls {
    private static final long NUMBER = System.getProperty("os.arch").equals("aarch64") ? 283 : 324;

    private static final MethodHandle SYSCALL =
        Downcalls.variadic(
            "syscall",
            1,
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));

    private static boolean registered(int command) {
      try {
        return membarrier(command);
      } catch (UnsupportedOperationException notHere) {
        return false;
      }
    }

    private static boolean membarrier(int command) {
      MemorySegment state = Downcalls.state();
      try {
        return (long) SYSCALL.invokeExact(state, NUMBER, command, 0, 0) == 0;
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    }
  }
}
