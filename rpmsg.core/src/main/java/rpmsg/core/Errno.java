// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/** The error names of Linux's RPMsg, with their numbers in the generic ABI. */
public enum Errno {
  EPERM(1),
  ENOENT(2),
  EINTR(4),
  EIO(5),
  ENXIO(6),
  EBADF(9),
  EAGAIN(11),
  ENOMEM(12),
  EACCES(13),
  EFAULT(14),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  EINVAL(22),
  EMFILE(24),
  ENOTTY(25),
  ENOSPC(28),
  EPIPE(32),
  EMSGSIZE(90),
  EOPNOTSUPP(95),
  ENETRESET(102),
  ENOBUFS(105),
  ETIMEDOUT(110),
  ERESTARTSYS(512),
  ENOTSUPP(524);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The name of a positive error number; EIO for one that has no name here. */
  public static Errno of(int number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return errno;
      }
    }
    return EIO;
  }

  /** The positive error number. */
  public int number() {
    return number;
  }
}
