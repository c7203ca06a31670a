// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import rpmsg.core.RpmsgEndpoint;

/** Which part of the public API carries the messages. */
enum Api {
  /** {@code sendTo} from memory of the sender's, {@code copyTo} to memory of the receiver's. */
  COPY,

  /** {@code claim}, written in place, {@code publish}; read in place while the listener runs. */
  VIEW,

  /** As {@link #VIEW}, and the receiver keeps each buffer while others come. */
  HOLD;

  /**
   * The sender's way; one object per measurement, for one thread; messages go to each of {@code
   * dst} by turns.
   */
  Sender sender(RpmsgEndpoint endpoint, Turns dst, int size) {
    return this == COPY
        ? new CopySender(endpoint, dst, size)
        : new ClaimSender(endpoint, dst, size);
  }
}
