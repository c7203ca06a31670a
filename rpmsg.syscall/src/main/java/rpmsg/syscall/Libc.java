// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls on descriptors and memory, one method each. A failed call gives its error number, negative;
 * a call that a signal interrupted is made again, save {@code ppoll} and {@code close}. Nothing is
 * allocated.
 */
final class Libc {

  private static final MethodHandle CLOSE =
      Downcalls.of("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      Downcalls.of("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      Downcalls.of("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle PREADV2 = vector("preadv2");
  private static final MethodHandle PWRITEV2 = vector("pwritev2");
  private static final MethodHandle FCNTL =
      Downcalls.variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle PPOLL =
      Downcalls.of("ppoll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
  private static final MethodHandle EVENTFD =
      Downcalls.of("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle MEMFD_CREATE =
      Downcalls.of("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FTRUNCATE =
      Downcalls.of("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle FCHMOD =
      Downcalls.of("fchmod", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle STATX =
      Downcalls.of(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle GETPAGESIZE =
      Downcalls.of("getpagesize", FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle MMAP =
      Downcalls.of(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      Downcalls.of("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

  private Libc() {}

  static int close(int fd) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) CLOSE.invokeExact(state, fd), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static long read(int fd, MemorySegment into, long length) {
    MemorySegment state = Downcalls.state();
    long result;
    do {
      try {
        result = result((long) READ.invokeExact(state, fd, into, length), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  static long write(int fd, MemorySegment from, long length) {
    MemorySegment state = Downcalls.state();
    long result;
    do {
      try {
        result = result((long) WRITE.invokeExact(state, fd, from, length), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  /** {@code preadv2} of one vector where the file is, with flags; see {@link #pwritev2}. */
  static long preadv2(int fd, MemorySegment vector, int flags) {
    return vector(PREADV2, fd, vector, flags);
  }

  /** {@code pwritev2} of one vector where the file is, with flags. */
  static long pwritev2(int fd, MemorySegment vector, int flags) {
    return vector(PWRITEV2, fd, vector, flags);
  }

  static int fcntl(int fd, int command, int argument) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) FCNTL.invokeExact(state, fd, command, argument), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int ppoll(MemorySegment pollfds, long count, MemorySegment timespec) {
    MemorySegment state = Downcalls.state();
    try {
      return result(
          (int) PPOLL.invokeExact(state, pollfds, count, timespec, MemorySegment.NULL), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int eventfd(int initial, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) EVENTFD.invokeExact(state, initial, flags), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int memfdCreate(MemorySegment name, int flags) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) MEMFD_CREATE.invokeExact(state, name, flags), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int ftruncate(int fd, long size) {
    MemorySegment state = Downcalls.state();
    int result;
    do {
      try {
        result = result((int) FTRUNCATE.invokeExact(state, fd, size), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  static int fchmod(int fd, int mode) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) FCHMOD.invokeExact(state, fd, mode), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int statx(int fd, MemorySegment path, int flags, int mask, MemorySegment into) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) STATX.invokeExact(state, fd, path, flags, mask, into), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int getpagesize() {
    MemorySegment state = Downcalls.state();
    try {
      return (int) GETPAGESIZE.invokeExact(state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static long mmap(long length, int protection, int flags, int fd, long offset) {
    MemorySegment state = Downcalls.state();
    try {
      return result(
          (long) MMAP.invokeExact(state, MemorySegment.NULL, length, protection, flags, fd, offset),
          state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int munmap(long address, long length) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) MUNMAP.invokeExact(state, address, length), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  private static MethodHandle vector(String function) {
    return Downcalls.of(
        function,
        FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT));
  }

  private static long vector(MethodHandle call, int fd, MemorySegment vector, int flags) {
    MemorySegment state = Downcalls.state();
    long result;
    do {
      try {
        result = result((long) call.invokeExact(state, fd, vector, 1, -1L, flags), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  private static int result(int returned, MemorySegment state) {
    return returned < 0 ? -Downcalls.errno(state) : returned;
  }

  private static long result(long returned, MemorySegment state) {
    return returned < 0 ? -Downcalls.errno(state) : returned;
  }
}
