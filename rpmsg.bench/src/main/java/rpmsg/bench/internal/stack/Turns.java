// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

/**
 * The addresses of endpoints in a row, each once before any comes again, and none beside the one
 * before it. For one thread.
 */
final class Turns {
  /** Has no factor in common with 10 or its powers. */
  private static final int STRIDE = 6_187;

  private final int first;
  private final int count;
  private final int stride;
  private int next;

  /**
   * Begins with the first.
   *
   * @param count 1 or a power of 10
   */
  Turns(int first, int count) {
    this.first = first;
    this.count = count;
    stride = STRIDE % count;
  }

  static Turns only(int address) {
    return new Turns(address, 1);
  }

  /** Without a branch, which a processor would foretell for few addresses and not for many. */
  int next() {
    int address = first + next;
    int ahead = next + stride - count;
    next = ahead + (count & ahead >> 31);
    return address;
  }
}
