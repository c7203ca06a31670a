// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

/** What became of an attempt to send that does not wait. */
public enum SendResult {
  /** The message is in the ring. */
  SENT,

  /**
   * No transmit buffer is free (Linux: ENOMEM from trysend, LX076). Try again when {@link
   * RpmsgEndpoint#whenWritable} says so, or drop the message.
   */
  BACK_PRESSURE
}
