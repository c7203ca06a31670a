// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/**
 * What an endpoint does with its messages.
 *
 * <p>Runs on the receive thread of the transport, never under a lock and never twice at once for
 * one endpoint (LX038). It may send, hold the message, and close any endpoint, its own included. As
 * long as it runs, nothing else of that transport is received. Whatever it throws is counted and
 * logged, and the buffer goes back all the same (LX040).
 */
@FunctionalInterface
public interface RpmsgListener {
  /** Takes one message; the view is valid during the call only. */
  void onMessage(RpmsgMessage message) throws Exception;

  /**
   * The endpoint was closed because its channel or its link went, not by its owner. Runs once,
   * after the last message, on the control queue of the transport.
   */
  default void onClosed(RpmsgEndpoint endpoint) {}
}
