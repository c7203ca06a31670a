// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls on device nodes, in the manner of {@link Libc}. */
final class FileCalls {

  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  static final int O_PATH = 0x200000;

  /** One of the few numbers that processors do not share. */
  static final int O_NOFOLLOW = System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;

  private static final MethodHandle OPEN =
      Downcalls.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
  private static final MethodHandle IOCTL =
      Downcalls.variadic(
          "ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));

  private FileCalls() {}

  static int open(MemorySegment path, int flags) {
    MemorySegment state = Downcalls.state();
    int result;
    do {
      try {
        result = result((int) OPEN.invokeExact(state, path, flags, 0), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  /** Not made again after a signal: what was done by then is the device's affair. */
  static int ioctl(int fd, long request, long argument) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) IOCTL.invokeExact(state, fd, request, argument), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  private static int result(int returned, MemorySegment state) {
    return returned < 0 ? -Downcalls.errno(state) : returned;
  }
}
