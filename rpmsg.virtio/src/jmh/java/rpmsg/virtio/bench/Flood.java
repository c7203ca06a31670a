// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import rpmsg.core.RpmsgException;

/** Sends as fast as it can for a time, then the last message. */
final class Flood {
  private static final int MESSAGES_PER_LOOK = 1024;

  private Flood() {}

  /** Returns how many messages were sent, the last one not counted. */
  static long run(Carrier carrier, int size, long nanos) throws RpmsgException {
    MemorySegment payload = Arena.ofAuto().allocate(size, 64);
    long end = System.nanoTime() + nanos;
    long sent = 0;
    try (Carrier.Pipe pipe = carrier.openToSend()) {
      while (System.nanoTime() - end < 0) {
        for (int i = 0; i < MESSAGES_PER_LOOK; i++) {
          pipe.send(payload);
        }
        sent += MESSAGES_PER_LOOK;
      }
      pipe.send(payload.asSlice(0, 0));
    }
    return sent;
  }
}
