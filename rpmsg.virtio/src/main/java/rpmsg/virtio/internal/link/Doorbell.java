// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.function.BooleanSupplier;

/**
 * The signal between the two sides of a link. A ring says "look at status and at both rings",
 * unless the link knows a signal per queue; rings may merge, none is lost once both sides are
 * connected.
 */
public interface Doorbell extends AutoCloseable {

  /**
   * What tells a doorbell that does not {@linkplain #rings ring} whether the receive thread would
   * find something; others need none. Only the receive thread, outside of {@link #await}.
   *
   * @param news asked on any thread, and only while the receive thread sleeps in {@link #await};
   *     what it throws counts as news. Null: nothing may be looked at (any more)
   */
  default void lookFor(BooleanSupplier news) {}

  /** Whether {@link #ring} does anything; false where the peer polls. */
  boolean rings();

  /** Rings at the peer. Never blocks, never throws, allocates nothing. Any thread. */
  void ring();

  /**
   * Rings for the news of one queue, where the link can say which; else as {@link #ring()}.
   *
   * @param queue 0 or 1
   */
  default void ringFor(int queue) {
    ring();
  }

  /**
   * Whether the peer {@linkplain #fenceForPeer fences for this side}: who publishes then need not
   * fence before it reads whether the peer wants to be told. Any thread.
   */
  default boolean peerFences() {
    return false;
  }

  /**
   * Between the wish to be told and the last look at the rings before a sleep: fences all
   * processors, where the peer counts on it. Only the receive thread.
   *
   * @return false if that could not be had: do not sleep now
   */
  default boolean fenceForPeer() {
    return true;
  }

  /**
   * Waits until rung, woken, connected or hung up, and consumes all rings that are pending. Only
   * the receive thread. A doorbell that does not {@linkplain #rings ring} makes one step of its
   * idle strategy and returns: look at the rings between the steps.
   *
   * @param nanos the longest wait; sockets round it up to whole milliseconds
   * @return whether there may be something to see
   */
  boolean await(long nanos);

  /** Consumes all rings that are pending, without waiting. Only the receive thread. */
  boolean poll();

  /** Ends the current or the next {@link #await} of this side. Any thread. */
  void wake();

  /** Something was received: the idle strategy starts from spinning again. */
  void active();

  /**
   * Whether the peer is there, as far as the doorbell can tell. Connecting goes on inside {@link
   * #await} and {@link #poll}.
   */
  boolean connected();

  /**
   * Whether {@link #peerClosed} can ever say so. Where it cannot, a reset has to be held until the
   * peer has seen it.
   */
  boolean seesPeerGo();

  /** Whether the peer was there and has gone. Stays true. */
  boolean peerClosed();

  /** Ends this side; the peer sees it where the doorbell can tell. Idempotent; any thread. */
  @Override
  void close();
}
