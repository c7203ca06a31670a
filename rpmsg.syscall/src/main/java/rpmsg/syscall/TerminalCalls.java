// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls that make and set up pseudo terminals, one method each. A failed call gives its error
 * number, negative. What a terminal is set to stays the C library's: a buffer that is only passed
 * on.
 */
final class TerminalCalls {

  /** Bytes that hold a {@code struct termios} of any C library (glibc and musl need 60). */
  static final long TERMIOS_SIZE = 256;

  private static final MethodHandle POSIX_OPENPT =
      Downcalls.of("posix_openpt", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle GRANTPT =
      Downcalls.of("grantpt", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle UNLOCKPT =
      Downcalls.of("unlockpt", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle PTSNAME_R =
      Downcalls.of("ptsname_r", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle TCGETATTR =
      Downcalls.of("tcgetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle CFMAKERAW =
      Downcalls.of("cfmakeraw", FunctionDescriptor.ofVoid(ADDRESS));
  private static final MethodHandle TCSETATTR =
      Downcalls.of("tcsetattr", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

  private TerminalCalls() {}

  static int posixOpenpt(int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) POSIX_OPENPT.invokeExact(state, flags), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int grantpt(int fd) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) GRANTPT.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int unlockpt(int fd) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) UNLOCKPT.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  /** It returns its error number itself. */
  static int ptsname(int fd, MemorySegment into) {
    MemorySegment state = Downcalls.state();
    try {
      return -(int) PTSNAME_R.invokeExact(state, fd, into, into.byteSize());
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int tcgetattr(int fd, MemorySegment termios) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) TCGETATTR.invokeExact(state, fd, termios), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static void cfmakeraw(MemorySegment termios) {
    try {
      CFMAKERAW.invokeExact(Downcalls.state(), termios);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int tcsetattr(int fd, int when, MemorySegment termios) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) TCSETATTR.invokeExact(state, fd, when, termios), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  private static int result(int returned, MemorySegment state) {
    return returned < 0 ? -Downcalls.errno(state) : returned;
  }
}
