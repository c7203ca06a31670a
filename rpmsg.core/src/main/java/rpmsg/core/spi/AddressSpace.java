// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.spi;

import java.util.Map;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;

/**
 * The bus's side of one link: its endpoint table, its channels and its control queue. A transport
 * opens one for each link that comes up and closes it when that link goes.
 */
public interface AddressSpace extends RpmsgTransport, AutoCloseable {
  // For the transport's receive thread

  /**
   * Hands a message to the endpoint at its dst. A message to an unknown address is dropped and
   * counted (LX037).
   *
   * @return false when the message could not be taken: offer the same one again after a wake
   */
  boolean deliver(RpmsgMessage message);

  /**
   * Several messages follow: whoever closes an endpoint waits for its callback until another
   * endpoint's turn or {@link #endBatch}, so that a run of messages to one endpoint costs no fence
   * each. Without it, each {@link #deliver} is a batch of one.
   */
  void beginBatch();

  /** Nothing follows for now; to be called before the thread waits for anything. */
  void endBatch();

  /**
   * Hands over what was kept for an address that is bound again; to be called after each wake.
   *
   * @return false when not all could be handed over: take nothing from the ring yet
   */
  boolean service();

  // For the transport

  /**
   * Queues NS CREATE of each local service that was announced and is still there, for a peer that
   * may have missed it. A peer that knows the channel refuses the second one (LX100). What finds no
   * free buffer is left for the next time.
   */
  void announceAgain();

  /** Keeps up to {@code limit} messages to {@code address} while nobody is bound there. */
  void keep(int address, int limit);

  /**
   * For so long from now on, {@link #deliver} refuses a message to an unknown address instead of
   * dropping it: the peer has been talking to services that are just being started again. The
   * receive thread.
   */
  void bePatient(long nanos);

  /** Messages that are kept now. */
  int kept();

  /** Messages by what became of them: delivered, unknown address, failed listeners and so on. */
  Map<String, Long> counters();

  /**
   * Removes all channels and endpoints, in order, announced ones with NS DESTROY while the link can
   * still send, and ends the control queue. Waits for running callbacks, 30 seconds at most in all.
   * Not to be called by a listener or on the control queue.
   */
  @Override
  void close();

  // For the name service

  /** Binds {@code receiver} at a fixed address: ENOSPC when it is taken (LX111). */
  RpmsgEndpoint bind(int address, Receiver receiver) throws RpmsgException;

  /** Whether an endpoint is bound at {@code address} now. */
  boolean bound(int address);

  /**
   * Queues a task behind all others on the control queue.
   *
   * @return false when the queue is full or closed; the receive thread is woken when there is room
   */
  boolean execute(Runnable task);

  /**
   * Creates the channel that the peer announced: src ANY, never announced back (LX097, LX102). Call
   * on the control queue; it returns when a driver, if one matches, was probed.
   *
   * @throws RpmsgException EEXIST when there is one (LX100)
   */
  void createAnnounced(ChannelInfo info) throws RpmsgException;

  /**
   * Removes a channel that the peer announced, and only such a one (LX098, LX106, LX107). Call on
   * the control queue.
   *
   * @throws RpmsgException EINVAL when there is none (LX099)
   */
  void releaseAnnounced(ChannelInfo query) throws RpmsgException;

  /** Channels that the peer announced and that are there now (LX112). */
  int announced();

  /** Byte order of name service messages. */
  java.nio.ByteOrder order();

  /** Whether the peer understands announcements. */
  boolean announces();
}
