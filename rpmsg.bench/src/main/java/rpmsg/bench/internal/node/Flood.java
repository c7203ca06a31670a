// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.Locale;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Stamp;

/** Sends as fast as it can for a time, then the last message. */
final class Flood {
  private static final int MESSAGES_PER_LOOK = 256;

  private Flood() {}

  /**
   * Returns how many messages were sent, the last one not counted, and bytes allocated for each.
   */
  static String run(Carrier carrier, int size, long nanos) throws Exception {
    try (Pipe pipe = carrier.open(size, null)) {
      long bytes = Allocation.ofThisThread();
      long sent = send(pipe, nanos);
      bytes = Allocation.ofThisThread() - bytes;
      pipe.send(Stamp.LAST);
      return String.format(Locale.ROOT, "sent=%d bytes=%.6f", sent, (double) bytes / sent);
    }
  }

  private static long send(Pipe pipe, long nanos) throws Exception {
    long end = System.nanoTime() + nanos;
    long sent = 0;
    while (System.nanoTime() - end < 0) {
      for (int i = 0; i < MESSAGES_PER_LOOK; i++) {
        pipe.send(sent++);
      }
    }
    return sent;
  }
}
