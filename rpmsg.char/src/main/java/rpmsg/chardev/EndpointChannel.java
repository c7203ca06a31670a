// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.InterruptibleChannel;
import java.time.Duration;
import java.util.Set;
import rpmsg.core.RpmsgException;

/**
 * An endpoint device that is open: one message a read, one message a write, as {@link
 * java.nio.channels.DatagramChannel}. All methods are for any thread, and any number of threads may
 * wait in one channel, virtual ones too.
 *
 * <p>Errors of reads and writes:
 *
 * <ul>
 *   <li>{@link java.nio.channels.ClosedChannelException}: it was closed before; {@link
 *       java.nio.channels.AsynchronousCloseException}: another thread closed it meanwhile; {@link
 *       java.nio.channels.ClosedByInterruptException}: the waiting thread was interrupted, which
 *       closes the channel, as {@link InterruptibleChannel} says.
 *   <li>{@link RpmsgException} with EPIPE: device, channel or link are gone, also when messages
 *       were waiting to be read (LX155, LX156, LX160).
 * </ul>
 */
public interface EndpointChannel extends ByteChannel, InterruptibleChannel {
  /** What a device is ready for (LX162). */
  enum Readiness {
    /** A message waits to be read: EPOLLIN and EPOLLRDNORM. */
    READABLE,
    /** A transmit buffer is free: EPOLLOUT. */
    WRITABLE,
    /** The peer asked to pause or to go on: EPOLLPRI, until {@link #outgoingFlowPaused()}. */
    FLOW_CHANGED,
    /** Device, channel or link are gone: EPOLLERR, and nothing else. */
    ERROR
  }

  /** Told when a channel becomes ready for something. */
  @FunctionalInterface
  interface ReadinessListener {
    /**
     * Runs on a virtual thread of the channel's, never under a lock and never twice at once. It may
     * use the channel, close it and destroy the device. Nobody waits for it but its own next call;
     * one that has begun may still run when {@link #close()} returns. What it throws is logged.
     */
    void onReady(EndpointChannel channel, Set<Readiness> ready);
  }

  /** The local address; ANY where the kernel gave it and does not tell. */
  int address();

  /**
   * Reads one message, waiting until there is one. What does not fit is lost (LX152).
   *
   * @return bytes that were read; 0 for an empty message (LX153) and for a target without room,
   *     which takes no message. Never -1
   * @throws java.io.IOException see above
   */
  @Override
  int read(ByteBuffer target) throws java.io.IOException;

  /**
   * As {@link #read(ByteBuffer)}, waiting at most {@code timeout}; zero is O_NONBLOCK.
   *
   * @throws RpmsgException EAGAIN when no message came in time (LX154)
   */
  int read(ByteBuffer target, Duration timeout) throws java.io.IOException;

  /** As {@link #read(ByteBuffer)}. */
  int read(MemorySegment target) throws java.io.IOException;

  /** As {@link #read(ByteBuffer, Duration)}. */
  int read(MemorySegment target, Duration timeout) throws java.io.IOException;

  /**
   * Sends what is left in {@code source} as one message to the device's destination, waiting at
   * most {@link rpmsg.core.RpmsgEndpoint#DEFAULT_TIMEOUT} for a transmit buffer.
   *
   * @return bytes that were sent: all of them (LX159)
   * @throws RpmsgException ERESTARTSYS when no buffer came free in time (LX077); EMSGSIZE when it
   *     is longer than the transport takes (LX158); EINVAL without a destination (LX161)
   * @throws java.io.IOException see above
   */
  @Override
  int write(ByteBuffer source) throws java.io.IOException;

  /**
   * As {@link #write(ByteBuffer)}, waiting at most {@code timeout}; zero is O_NONBLOCK.
   *
   * @throws RpmsgException EAGAIN when no buffer came free in time (LX157)
   */
  int write(ByteBuffer source, Duration timeout) throws java.io.IOException;

  /** As {@link #write(ByteBuffer)}. */
  int write(MemorySegment source) throws java.io.IOException;

  /** As {@link #write(ByteBuffer, Duration)}. */
  int write(MemorySegment source, Duration timeout) throws java.io.IOException;

  /** What the device is ready for now (LX162). Empty when closed. */
  Set<Readiness> poll();

  /**
   * Has {@code listener} told now and whenever the device becomes ready for something that it was
   * not ready for before. So whoever is told of READABLE reads until EAGAIN, or until {@link #poll}
   * no longer says so, and is then told of the next message. One listener at a time: a new one
   * takes the place of the old; null for nobody.
   */
  void onReady(ReadinessListener listener);

  /**
   * RPMSG_GET_OUTGOING_FLOWCONTROL: whether the peer asked to pause; ends {@link
   * Readiness#FLOW_CHANGED} (LX169).
   *
   * @throws RpmsgException EPIPE as above, or what the kernel says
   */
  boolean outgoingFlowPaused() throws java.io.IOException;

  /**
   * RPMSG_SET_INCOMING_FLOWCONTROL: asks the peer to pause or to go on.
   *
   * @throws RpmsgException EOPNOTSUPP where the transport has no flow control, virtio among them
   */
  void pauseIncomingFlow(boolean pause) throws java.io.IOException;

  /** Closes it and wakes whoever waits in it. The endpoint's address is free when this returns. */
  @Override
  void close();
}
