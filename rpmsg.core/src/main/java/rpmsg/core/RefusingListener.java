// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/**
 * A listener that may say "not now", for whoever may lose nothing and has a bounded place to put
 * it. Where the bus finds one in place of a {@link RpmsgListener}, it calls {@link #offer}.
 *
 * <p>A refusal parks the transport: nothing is taken from the ring any more, for no endpoint of it,
 * until the same message was offered again and taken. The peer sees a ring without free buffers. So
 * refuse only what is certain to find room later.
 */
public interface RefusingListener extends RpmsgListener {
  /**
   * Takes one message, or refuses it. Same thread and rules as {@link #onMessage}; what it throws
   * counts as taken.
   *
   * @return false to be offered the same message again, soon after {@link RpmsgEndpoint#resume()}
   */
  boolean offer(RpmsgMessage message) throws Exception;

  /** For a caller that cannot offer again: a refusal is an error there. */
  @Override
  default void onMessage(RpmsgMessage message) throws Exception {
    if (!offer(message)) {
      throw new RpmsgException(Errno.ENOBUFS, "a message was refused where nothing can wait");
    }
  }
}
