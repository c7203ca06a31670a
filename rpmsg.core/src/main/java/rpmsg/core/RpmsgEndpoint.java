// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A local address with a listener behind it. All methods are for any thread; messages of several
 * threads go out in the order in which they were published.
 *
 * <p>Errors of all send methods, checked in this order (LX074): EPIPE closed, EINVAL no destination
 * (LX073), EMSGSIZE longer than {@link #mtu()} (LX071), ENXIO the transport cannot send (LX081),
 * ENODEV the link is down, EINTR the thread was interrupted while it waited (LX079; the interrupt
 * status stays set). A refused message takes no buffer (LX075).
 */
public interface RpmsgEndpoint extends AutoCloseable {
  /** How long {@link #send(MemorySegment)} waits for a transmit buffer. */
  Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

  /** Local address. */
  int address();

  /** Destination of {@code send} without an address: the channel's dst, or ANY for none. */
  int destination();

  /**
   * Largest payload in bytes (LX070).
   *
   * @throws RpmsgException ENOTSUPP when the transport does not know (LX083)
   */
  int mtu() throws RpmsgException;

  /**
   * Sends to {@link #destination()}, waiting at most {@link #DEFAULT_TIMEOUT}.
   *
   * @throws RpmsgException ERESTARTSYS when no buffer came free in time (LX077), or see above
   */
  default void send(MemorySegment payload) throws RpmsgException {
    sendTo(payload, destination(), DEFAULT_TIMEOUT);
  }

  /** Sends to {@link #destination()}, waiting at most {@code timeout} for a buffer. */
  default void send(MemorySegment payload, Duration timeout) throws RpmsgException {
    sendTo(payload, destination(), timeout);
  }

  /** Sends to {@code dst}, waiting at most {@code timeout} for a buffer. */
  void sendTo(MemorySegment payload, int dst, Duration timeout) throws RpmsgException;

  /** Sends to {@link #destination()} or says at once that no buffer is free. */
  default SendResult trySend(MemorySegment payload) throws RpmsgException {
    return trySendTo(payload, destination());
  }

  /** Sends to {@code dst} or says at once that no buffer is free. */
  SendResult trySendTo(MemorySegment payload, int dst) throws RpmsgException;

  /**
   * Takes a transmit buffer for {@code length} bytes to {@code dst}, waiting at most {@code
   * timeout}; a negative length is EMSGSIZE (LX072).
   *
   * @return the claim, or null when no buffer came free in time
   */
  BufferClaim claim(int length, int dst, Duration timeout) throws RpmsgException;

  /**
   * Whether a transmit buffer is free now; false where the transport cannot tell (LX084, LX085).
   */
  boolean writable();

  /** Runs {@code action} once, on the control queue, as soon as a transmit buffer is free. */
  void whenWritable(Runnable action) throws RpmsgException;

  /**
   * Has the message that a {@link RefusingListener} refused offered again now. Without it the
   * transport looks by itself, but in its own time (virtio: every 100 ms).
   */
  default void resume() {}

  /**
   * Asks the peer to pause or go on sending.
   *
   * @throws RpmsgException EOPNOTSUPP where the transport has no flow control, virtio among them
   *     (LX082)
   */
  void setFlowControl(boolean pause) throws RpmsgException;

  /** False once closed, by whomever. */
  boolean isOpen();

  /**
   * Frees the address. When this returns, the listener is not running and will not run again
   * (LX034, LX035), except when called by that listener itself: then the rest of that call is the
   * last (LX036). Closing again does nothing (LX033).
   *
   * @throws IllegalStateException when the listener is still running after 30 seconds
   */
  @Override
  void close();
}
