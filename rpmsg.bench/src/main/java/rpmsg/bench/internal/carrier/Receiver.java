// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

/** Takes what comes. */
@FunctionalInterface
public interface Receiver {
  /**
   * Takes one message.
   *
   * @param sequence its number, {@link Stamp#LAST} or {@link Stamp#TORN}
   */
  void onMessage(long sequence) throws Exception;
}
