// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.nio.file.Path;

/**
 * The system calls of a hostile peer: plain numbers, no checks, as many descriptors as it likes.
 */
final class VhostHostileCalls {

  private static final int AF_UNIX = 1;
  private static final int STREAM = 1;
  private static final int CLOEXEC_NONBLOCK = 0x80800;
  private static final int DONTWAIT_NOSIGNAL = 0x4040;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private static final MethodHandle SOCKET = of("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CONNECT = of("connect", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle PAIR = of("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle PIPE = of("pipe2", ADDRESS, JAVA_INT);
  private static final MethodHandle OPEN = of("open", ADDRESS, JAVA_INT);
  private static final MethodHandle EVENTFD = of("eventfd", JAVA_INT, JAVA_INT);
  private static final MethodHandle MEMFD = of("memfd_create", ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = of("close", JAVA_INT);
  private static final MethodHandle SENDMSG = ofLong("sendmsg", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECV = ofLong("recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final MethodHandle WRITE = ofLong("write", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle READ = ofLong("read", JAVA_INT, ADDRESS, JAVA_LONG);

  private VhostHostileCalls() {}

  static int connect(Path path) {
    byte[] name = path.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(110, 2);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(name, 0, address, JAVA_BYTE, 2, name.length);
      int socket = ok("socket", SOCKET, AF_UNIX, STREAM | CLOEXEC_NONBLOCK, 0);
      ok("connect", CONNECT, socket, address, 110);
      return socket;
    }
  }

  static int[] pair() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(JAVA_INT, 2);
      ok("socketpair", PAIR, AF_UNIX, STREAM | CLOEXEC_NONBLOCK, 0, both);
      return both.toArray(JAVA_INT);
    }
  }

  /** The end to read, the end to write. */
  static int[] pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment both = arena.allocate(JAVA_INT, 2);
      ok("pipe2", PIPE, both, CLOEXEC_NONBLOCK);
      return both.toArray(JAVA_INT);
    }
  }

  static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      return ok("open", OPEN, arena.allocateFrom(path), flags);
    }
  }

  static int eventfd() {
    return ok("eventfd", EVENTFD, 0, CLOEXEC_NONBLOCK);
  }

  static int memfd(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return ok("memfd_create", MEMFD, arena.allocateFrom(name), 1);
    }
  }

  static void close(int fd) {
    ok("close", CLOSE, fd);
  }

  /** Writes a u64 of 1. */
  static void signal(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocate(JAVA_LONG);
      one.set(JAVA_LONG, 0, 1);
      call(WRITE, fd, one, (long) Long.BYTES);
    }
  }

  /** Reads up to 8 bytes; whether there were any. */
  static boolean drain(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      return call(READ, fd, arena.allocate(JAVA_LONG), (long) Long.BYTES) > 0;
    }
  }

  /** How many bytes went; less than 1 if none did. */
  static int send(int socket, byte[] bytes, int... fds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = arena.allocateFrom(JAVA_BYTE, bytes);
      MemorySegment iovec = arena.allocate(16, 8);
      iovec.set(ADDRESS, 0, data);
      iovec.set(JAVA_LONG, 8, bytes.length);
      MemorySegment header = arena.allocate(56, 8);
      header.set(ADDRESS, 16, iovec);
      header.set(JAVA_LONG, 24, 1);
      if (fds.length > 0) {
        MemorySegment control = arena.allocate(16 + (fds.length * 4 + 7 & -8), 8);
        control.set(JAVA_LONG, 0, 16 + 4L * fds.length);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        MemorySegment.copy(fds, 0, control, JAVA_INT, 16, fds.length);
        header.set(ADDRESS, 32, control);
        header.set(JAVA_LONG, 40, control.byteSize());
      }
      return (int) call(SENDMSG, socket, header, DONTWAIT_NOSIGNAL);
    }
  }

  /** What is there, nothing at the end of the connection, or null if nothing is there yet. */
  static byte[] receive(int socket, int most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(most);
      long came = call(RECV, socket, into, (long) most, DONTWAIT_NOSIGNAL);
      return came < 0 ? null : into.asSlice(0, came).toArray(JAVA_BYTE);
    }
  }

  private static int ok(String what, MethodHandle handle, Object... arguments) {
    long result = call(handle, arguments);
    if (result < 0) {
      throw new AssertionError("the test's own " + what + " failed");
    }
    return (int) result;
  }

  private static long call(MethodHandle handle, Object... arguments) {
    try {
      return (long) handle.invokeExact(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle of(String function, java.lang.foreign.MemoryLayout... arguments) {
    return handle(function, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle ofLong(String function, java.lang.foreign.MemoryLayout... arguments) {
    return handle(function, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  @SuppressWarnings("restricted")
  private static MethodHandle handle(String function, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    MethodHandle call = linker.downcallHandle(linker.defaultLookup().findOrThrow(function), type);
    return call.asSpreader(Object[].class, call.type().parameterCount())
        .asType(MethodType.methodType(long.class, Object[].class));
  }
}
