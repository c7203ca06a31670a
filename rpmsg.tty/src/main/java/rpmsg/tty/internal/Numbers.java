// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.util.BitSet;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** Numbers of terminals, the lowest free one first, as in Linux. Any thread. */
final class Numbers {
  private final int limit;
  private final BitSet taken = new BitSet();

  /** Numbers below {@code limit}. */
  Numbers(int limit) {
    this.limit = limit;
  }

  /**
   * The lowest free one.
   *
   * @throws RpmsgException ENOSPC when all are taken
   */
  synchronized int take() throws RpmsgException {
    int number = taken.nextClearBit(0);
    if (number >= limit) {
      throw new RpmsgException(Errno.ENOSPC, "there are " + limit + " terminals already");
    }
    taken.set(number);
    return number;
  }

  synchronized void free(int number) {
    taken.clear(number);
  }
}
