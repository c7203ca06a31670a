// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.BitSet;

/** Gives out the lowest number that is free. */
final class Numbers {
  private final BitSet taken = new BitSet();

  synchronized int take() {
    int number = taken.nextClearBit(0);
    taken.set(number);
    return number;
  }

  synchronized void free(int number) {
    taken.clear(number);
  }
}
