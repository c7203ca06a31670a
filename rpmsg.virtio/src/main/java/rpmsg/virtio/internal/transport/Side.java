// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.io.IOException;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;

/**
 * One role at the two rings of a link that is laid out. Receive methods are for the receive thread,
 * transmit methods for whoever holds the transmit lock.
 *
 * <p>A ring that the peer broke throws a {@link rpmsg.virtio.ring.VirtqueueException}.
 */
interface Side {
  // Receive

  /** Looks how many messages there are, and starts to fetch the first. */
  int arrived();

  /** Whether there are any; changes nothing. */
  boolean hasReceived();

  /** The next message, its header read and checked, or null. Bad ones are counted and go back. */
  RxBuffer nextReceived();

  /** Puts a buffer back, not yet visible to the peer. */
  void recycle(RxBuffer buffer);

  /** Shows the peer what was put back. */
  boolean publishReceived();

  /** Whether the peer wants to be told of that. */
  boolean receiveKickNeeded();

  /** Asks not to be told of messages. */
  void suppressReceive();

  /** Asks to be told of messages; true when there is one already. */
  boolean enableReceive();

  HeldBuffers heldBuffers();

  // Transmit

  /** A free buffer, or null. */
  TxBuffer take();

  /** Gets the place ready where the next {@link #publish} will put this one. */
  void prepare(TxBuffer buffer);

  /** Sends a filled buffer. */
  void publish(TxBuffer buffer);

  /** Takes an unused buffer back. */
  void giveBack(TxBuffer buffer);

  /**
   * Whether the peer wants to be told of what was sent.
   *
   * @param peerFences see {@link rpmsg.virtio.internal.link.Doorbell#peerFences}
   */
  boolean sendKickNeeded(boolean peerFences);

  /** Whether {@link #take()} would find one. */
  boolean hasFree();

  /** Asks to be told when a buffer comes free. */
  void enableFree();

  /** Asks not to be told. */
  void suppressFree();

  // State

  /** The queue on which this side sends, 0 or 1; it receives on the other. */
  int transmitQueue();

  /** Largest payload, or -1 while no buffer has been seen. */
  int mtu();

  /** True when the peer laid the rings out anew, so that this link is over. */
  boolean overwritten();

  /**
   * Finds rings and buffers again in the link's new memory.
   *
   * @throws LinkException BAD_PEER when something in use is not there
   */
  void move(Link link, boolean eventIdx) throws LinkException;

  /**
   * Gives the peer back what is in hand, so that another session can go on from the indices. Nobody
   * sends or receives any more.
   *
   * @param refused the message that was taken last and that nobody has seen, or null
   */
  void settle(RxBuffer refused);

  void dump(Appendable out) throws IOException;
}
