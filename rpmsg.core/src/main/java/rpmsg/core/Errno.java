// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/** The error names of Linux's RPMsg, with their numbers in the generic ABI. */
public enum Errno {
  EINTR(4),
  EIO(5),
  ENXIO(6),
  EAGAIN(11),
  ENOMEM(12),
  EBUSY(16),
  EEXIST(17),
  ENODEV(19),
  EINVAL(22),
  ENOSPC(28),
  EPIPE(32),
  EMSGSIZE(90),
  EOPNOTSUPP(95),
  ENOBUFS(105),
  ETIMEDOUT(110),
  ERESTARTSYS(512),
  ENOTSUPP(524);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** The positive error number. */
  public int number() {
    return number;
  }
}
