// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.util.Locale;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.bench.internal.carrier.Stamp;

/**
 * Messages that were sent as fast as it went.
 *
 * @param sent how many, the last one not counted
 * @param bytes allocated by the sender meanwhile
 */
public record Flood(long sent, long bytes) {
  private static final int MESSAGES_PER_LOOK = 256;

  /** Sends for a time, then the last message. */
  static Flood run(Carrier carrier, int size, long nanos) throws Exception {
    try (Pipe pipe = carrier.open(size, null)) {
      return run(pipe, nanos);
    }
  }

  /** Sends for a time, then the last message. */
  public static Flood run(Pipe pipe, long nanos) throws Exception {
    long before = Allocation.ofThisThread();
    long sent = send(pipe, nanos);
    long bytes = Allocation.ofThisThread() - before;
    pipe.send(Stamp.LAST);
    return new Flood(sent, bytes);
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

  /** How many were sent, and bytes allocated for each. */
  public String figures() {
    return String.format(Locale.ROOT, "sent=%d bytes=%.6f", sent, (double) bytes / sent);
  }
}
