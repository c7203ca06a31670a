// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;

/** A system call that failed: {@code connect /run/x.sock: ECONNREFUSED}. */
public final class ErrnoException extends IOException {

  private static final long serialVersionUID = 1L;

  private final int errno;

  ErrnoException(String what, int errno) {
    super(what + ": " + Errno.name(errno));
    this.errno = errno;
  }

  /** The number, one of {@link Errno}. */
  public int errno() {
    return errno;
  }

  /** The name, such as {@code ENOENT}. */
  public String errnoName() {
    return Errno.name(errno);
  }

  /** Whether it says that the peer has ended the connection. */
  public boolean isDisconnect() {
    return errno == Errno.EPIPE || errno == Errno.ECONNRESET;
  }

  /** The result of a call, which is its negative error number when it failed. */
  static int check(int result, String what) throws ErrnoException {
    return (int) check((long) result, what);
  }

  static long check(long result, String what) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(what, (int) -result);
    }
    return result;
  }
}
