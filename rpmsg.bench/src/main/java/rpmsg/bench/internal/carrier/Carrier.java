// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.io.IOException;

/**
 * One end of what carries messages between two processes. Each message holds its sequence number,
 * see {@link Stamp}; how it is written and read is what the carrier's users would do.
 *
 * <p>All messages of one measurement have one size, and they come on one thread of the carrier's.
 */
public interface Carrier extends AutoCloseable {
  /** Where the other end finds this one; for {@link Carriers}. */
  String address();

  /** Waits until the other end is there, bounded. */
  void join() throws Exception;

  /**
   * The way to the other end for one measurement.
   *
   * @param receiver takes what comes, or null when nothing will
   */
  Pipe open(int size, Receiver receiver) throws Exception;

  /** A way whose messages go back as they came, by the same means. */
  Pipe echo(int size) throws Exception;

  /** How often this end has rung a doorbell, or -1 where there is none. */
  default long doorbells() {
    return -1;
  }

  /**
   * What only this carrier can do, see {@link rpmsg.bench.internal.node.Node}.
   *
   * @return the answer
   */
  default String execute(String[] words) throws Exception {
    throw new IllegalArgumentException("unknown command " + words[0]);
  }

  @Override
  void close() throws IOException;
}
