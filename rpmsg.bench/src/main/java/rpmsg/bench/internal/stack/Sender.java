// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.lang.foreign.MemorySegment;
import rpmsg.core.RpmsgException;

/** How messages are sent. */
interface Sender {
  /** A message with this number. */
  void send(long sequence) throws RpmsgException;

  /** A message with this content. */
  void forward(MemorySegment payload) throws RpmsgException;
}
