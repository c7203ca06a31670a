// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.lang.foreign.MemorySegment;

/**
 * A transmit buffer in shared memory, to be filled in place. End every claim with exactly one of
 * {@link #publish()} and {@link #abort()}; the object is reused, so keep no reference after that.
 * Not for several threads at once.
 */
public interface BufferClaim {
  /** Bytes to fill: the length that was claimed. */
  int length();

  /**
   * The payload in shared memory, exactly {@link #length()} bytes; its old content is undefined.
   */
  MemorySegment segment();

  /**
   * Sends the message, also when the endpoint was closed since the claim.
   *
   * @throws RpmsgException ENODEV when the link went down since the claim; the buffer is given back
   * @throws IllegalStateException when published or aborted before
   */
  void publish() throws RpmsgException;

  /** Gives the buffer back unsent; after publish or a second time it does nothing. */
  void abort();
}
