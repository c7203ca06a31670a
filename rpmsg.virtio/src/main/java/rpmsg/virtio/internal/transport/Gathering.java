// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.function.IntSupplier;

/**
 * Lets the messages of a flood gather before they are taken. A receiver that is faster than its
 * sender would look for each message by itself, and each look takes the cache lines of index and
 * entry away from the sender, who needs them for the next message.
 *
 * <p>A lone message never waits: only where a look finds messages, and the look right after these
 * finds some more, but few, does it wait for a moment. A peer that sends so many and then waits for
 * answers gains nothing by that; it shows in that few came meanwhile, and for a while nothing waits
 * for it. On the receive thread.
 */
final class Gathering {
  private static final long NANOS = 2_000;

  /** Messages that come in a moment, at least, in a flood. */
  private static final int FLOOD = 8;

  /** Looks that do not wait after one that waited for nothing. */
  private static final int LOOKS = 256;

  private final IntSupplier queue;
  private boolean more;
  private int looks;

  /**
   * @param queue looks how many messages there are
   */
  Gathering(IntSupplier queue) {
    this.queue = queue;
  }

  /** Looks for messages; whether there are any. */
  boolean look() {
    int arrived = queue.getAsInt();
    if (arrived > 0 && arrived < Session.BATCH && more && --looks < 0) {
      pause();
      if (queue.getAsInt() - arrived < FLOOD) {
        looks = LOOKS;
      }
    }
    more = arrived > 0;
    return more;
  }

  private static void pause() {
    long start = System.nanoTime();
    do {
      Thread.onSpinWait();
    } while (System.nanoTime() - start < NANOS);
  }
}
