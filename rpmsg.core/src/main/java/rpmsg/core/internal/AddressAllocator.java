// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;

/**
 * Which local addresses are in use: a fixed one as asked for, or the lowest free one from 1024 on
 * (LX026 to LX031). The caller serialises.
 */
final class AddressAllocator {
  /** Dynamic addresses end here: what a transport can use in practice, at a bounded cost. */
  static final int DYNAMIC_LIMIT = 1 << 20;

  private final BitSet low = new BitSet();
  private final Set<Integer> high = new HashSet<>();

  int take(int address) throws RpmsgException {
    if (address == RpmsgAddress.ANY) {
      int free = low.nextClearBit(RpmsgAddress.FIRST_DYNAMIC);
      if (free >= DYNAMIC_LIMIT) {
        throw new RpmsgException(Errno.ENOSPC, "no dynamic address is free");
      }
      low.set(free);
      return free;
    }
    if (address < 0) {
      throw new RpmsgException(
          Errno.EINVAL,
          "local address must be below 0x80000000, is " + RpmsgAddress.format(address));
    }
    if (!takeFixed(address)) {
      throw new RpmsgException(
          Errno.ENOSPC, "address " + RpmsgAddress.format(address) + " is in use");
    }
    return address;
  }

  void free(int address) {
    if (address < DYNAMIC_LIMIT) {
      low.clear(address);
    } else {
      high.remove(address);
    }
  }

  private boolean takeFixed(int address) {
    if (address >= DYNAMIC_LIMIT) {
      return high.add(address);
    }
    boolean free = !low.get(address);
    low.set(address);
    return free;
  }
}
