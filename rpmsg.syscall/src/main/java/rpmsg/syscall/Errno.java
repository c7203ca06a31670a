// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

/** Names of the error numbers of Linux (x86-64 and aarch64 have the same). */
public final class Errno {

  public static final int ENOENT = 2;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EINVAL = 22;
  public static final int EPIPE = 32;
  public static final int EOPNOTSUPP = 95;
  public static final int EADDRINUSE = 98;
  public static final int ECONNRESET = 104;
  public static final int ECONNREFUSED = 111;

  private static final String[] LOW =
      """
      EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT \
      ENOTBLK EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG \
      ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY \
      ELOOP\
      """
          .split(" ");

  private static final int SOCKETS = 88;
  private static final String[] SOCKET =
      """
      ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT \
      EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET \
      ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT \
      ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE\
      """
          .split(" ");

  private Errno() {}

  /** The name, or {@code errno N} for one that no call of this package gives. */
  public static String name(int errno) {
    if (errno >= 1 && errno <= LOW.length) {
      return LOW[errno - 1];
    }
    if (errno >= SOCKETS && errno < SOCKETS + SOCKET.length) {
      return SOCKET[errno - SOCKETS];
    }
    return errno == 75 ? "EOVERFLOW" : "errno " + errno;
  }
}
