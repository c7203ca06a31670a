// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.spi;

import rpmsg.core.RpmsgMessage;

/** A listener that can say "not now". Same thread and rules as {@link rpmsg.core.RpmsgListener}. */
@FunctionalInterface
public interface Receiver {
  /**
   * Takes one message.
   *
   * @return false to have the transport park and offer the same message again when it is woken
   */
  boolean receive(RpmsgMessage message) throws Exception;
}
