// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

/** The way to the other end for one measurement; for one thread at a time. */
public interface Pipe extends AutoCloseable {
  /**
   * Sends one message, waiting for room.
   *
   * @throws java.util.concurrent.TimeoutException when the other end takes nothing
   */
  void send(long sequence) throws Exception;

  /** Nothing comes to the receiver after this returned. */
  @Override
  void close();
}
