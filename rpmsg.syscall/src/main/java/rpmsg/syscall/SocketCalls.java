// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Calls on sockets, one method each, all without waiting. A failed call gives its error number,
 * negative; a call that a signal interrupted is made again.
 */
final class SocketCalls {

  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int MSG_CMSG_CLOEXEC = 0x40000000;
  private static final int AF_UNIX = 1;
  private static final int STREAM_CLOEXEC_NONBLOCK = 1 | 0x80000 | 0x800;
  private static final int SHUT_RDWR = 2;

  private static final MethodHandle SOCKET =
      Downcalls.of("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SOCKETPAIR =
      Downcalls.of(
          "socketpair", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle BIND =
      Downcalls.of("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CONNECT =
      Downcalls.of("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle LISTEN =
      Downcalls.of("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle ACCEPT4 =
      Downcalls.of(
          "accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
  private static final MethodHandle SHUTDOWN =
      Downcalls.of("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SENDMSG =
      Downcalls.of("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVMSG =
      Downcalls.of("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SEND =
      Downcalls.of(
          "send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      Downcalls.of(
          "recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private SocketCalls() {}

  /** A Unix stream socket, closed on exec, which does not wait. */
  static int socket() {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) SOCKET.invokeExact(state, AF_UNIX, STREAM_CLOEXEC_NONBLOCK, 0), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int socketpair(MemorySegment twoInts) {
    MemorySegment state = Downcalls.state();
    try {
      return result(
          (int) SOCKETPAIR.invokeExact(state, AF_UNIX, STREAM_CLOEXEC_NONBLOCK, 0, twoInts), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int bind(int fd, MemorySegment address) {
    MemorySegment state = Downcalls.state();
    int length = (int) address.byteSize();
    try {
      return result((int) BIND.invokeExact(state, fd, address, length), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int connect(int fd, MemorySegment address) {
    MemorySegment state = Downcalls.state();
    int length = (int) address.byteSize();
    int result;
    do {
      try {
        result = result((int) CONNECT.invokeExact(state, fd, address, length), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  static int listen(int fd, int backlog) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) LISTEN.invokeExact(state, fd, backlog), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static int accept(int fd) {
    MemorySegment state = Downcalls.state();
    int flags = STREAM_CLOEXEC_NONBLOCK & ~1;
    int result;
    do {
      try {
        result =
            result(
                (int) ACCEPT4.invokeExact(state, fd, MemorySegment.NULL, MemorySegment.NULL, flags),
                state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  /** Ends both directions. */
  static int shutdown(int fd) {
    MemorySegment state = Downcalls.state();
    try {
      return result((int) SHUTDOWN.invokeExact(state, fd, SHUT_RDWR), state);
    } catch (Throwable t) {
      throw Downcalls.unexpected(t);
    }
  }

  static long sendmsg(int fd, MemorySegment msghdr) {
    MemorySegment state = Downcalls.state();
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    long result;
    do {
      try {
        result = result((long) SENDMSG.invokeExact(state, fd, msghdr, flags), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  static long recvmsg(int fd, MemorySegment msghdr) {
    MemorySegment state = Downcalls.state();
    int flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
    long result;
    do {
      try {
        result = result((long) RECVMSG.invokeExact(state, fd, msghdr, flags), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  static long send(int fd, MemorySegment from, long length) {
    MemorySegment state = Downcalls.state();
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    long result;
    do {
      try {
        result = result((long) SEND.invokeExact(state, fd, from, length, flags), state);
      } catch (Throwable t) {
        throw Downcalls.unexpected(t);
      }
    } while (result == -Errno.EINTR);
    return result;
  }

  /** Descriptors that come with the bytes are closed by the kernel. */
  static long recv(int fd, MemorySegment into, long length) {
    MemorySegment state = Downcalls.state();
    int flags = MSG_DONTWAIT;
    long result;
    do {
      try {
        result = result((long) RECV.invokeExact(state, fd, into, length, flags), state);
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
