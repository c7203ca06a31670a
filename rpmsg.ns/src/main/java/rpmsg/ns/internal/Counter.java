// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what a peer can cause at will, and says which of it is worth a log line. Any thread. */
final class Counter {
  private static final int LOG_EVERY = 1000;

  private final AtomicLong count = new AtomicLong();

  /** Counts one; true for the first and then for each 1000th after it. */
  boolean add() {
    return count.getAndIncrement() % LOG_EVERY == 0;
  }

  @Override
  public String toString() {
    return Long.toString(count.get());
  }
}
