// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.lang.foreign.MemorySegment;

/**
 * A received message: a view over the receive buffer, valid while the listener runs.
 *
 * <p>The payload is shared memory, and the peer can still write there: copy first, then check, then
 * use. The view is reused for later messages; keep neither it nor its payload beyond the call,
 * unless {@link #hold()} was called.
 */
public interface RpmsgMessage {
  /**
   * A message without a receive buffer, over an array that is not copied. It may be kept for as
   * long as one likes; to hold it changes nothing.
   */
  static RpmsgMessage of(int src, int dst, byte[] bytes) {
    return new ArrayMessage(src, dst, bytes);
  }

  /** Address of the sender, as the header said (LX039). */
  int src();

  /** Local address that the message came to. */
  int dst();

  /** Bytes of payload, 0 or more. */
  int length();

  /**
   * The payload, read-only, exactly {@link #length()} bytes. The segment is cached with the buffer;
   * a new one is made only when the length differs from that of the buffer's message before.
   */
  MemorySegment payload();

  /** Copies the whole payload to {@code target} at {@code offset}, without allocating. */
  void copyTo(MemorySegment target, long offset);

  /** A copy of the payload. */
  default byte[] toByteArray() {
    byte[] bytes = new byte[length()];
    copyTo(MemorySegment.ofArray(bytes), 0);
    return bytes;
  }

  /**
   * Keeps the buffer beyond the listener's call, until {@link #release()}. What is held is missing
   * to the peer, so the transport bounds and counts it.
   *
   * @throws RpmsgException ENOBUFS when as many buffers are held as the transport allows
   * @throws IllegalStateException when the message was held already or its listener has returned
   */
  void hold() throws RpmsgException;

  /**
   * Gives a held buffer back, on any thread, once; a further call does nothing. After the link went
   * down it only ends the view.
   */
  void release();
}
