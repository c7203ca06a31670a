// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/**
 * Receive buffers that listeners hold: how many, and those that were released and wait for the
 * receive thread to put them back. The stack is linked through the buffers, so nothing is
 * allocated.
 */
final class HeldBuffers {
  private final int limit;
  private final Runnable wake;
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicReference<RxBuffer> released = new AtomicReference<>();

  HeldBuffers(int limit, Runnable wake) {
    this.limit = limit;
    this.wake = wake;
  }

  /** On the receive thread. */
  void reserve() throws RpmsgException {
    if (held.get() >= limit) {
      throw new RpmsgException(Errno.ENOBUFS, "already " + limit + " receive buffers are held");
    }
    held.incrementAndGet();
  }

  /** On any thread. */
  void released(RxBuffer buffer) {
    RxBuffer top;
    do {
      top = released.get();
      buffer.next = top;
    } while (!released.compareAndSet(top, buffer));
    held.decrementAndGet();
    wake.run();
  }

  /** Whether {@link #takeReleased} would find some; on the receive thread. */
  boolean anyReleased() {
    return released.getPlain() != null;
  }

  /** All that was released since, linked by {@code next}, or null; on the receive thread. */
  RxBuffer takeReleased() {
    return anyReleased() ? released.getAndSet(null) : null;
  }

  int held() {
    return held.get();
  }

  int limit() {
    return limit;
  }
}
