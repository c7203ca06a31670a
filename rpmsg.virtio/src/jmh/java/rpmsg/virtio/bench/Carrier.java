// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** What carries messages between two processes: the stack that is measured, or the bare ring. */
interface Carrier extends AutoCloseable {
  /** The two that are compared. */
  enum Kind {
    BARE,
    STACK;

    /** One end; index 0 is the parent's. The bare ring wants a file of its own. */
    Carrier open(Path file, int index) throws IOException {
      return this == BARE ? new BareCarrier(file, index) : new StackCarrier(file, index);
    }
  }

  /** The way to the other process for one measurement. */
  interface Pipe extends AutoCloseable {
    /** Copies and sends a message, waiting for room. */
    void send(MemorySegment payload) throws RpmsgException;

    @Override
    void close();
  }

  /** Both ends send to the endpoint that the other end opened last. */
  Pipe open(RpmsgListener listener) throws RpmsgException;

  /** An end that only sends; an empty message tells the receiver that it was the last. */
  Pipe openToSend() throws RpmsgException;

  @Override
  void close();

  /** Whether this is what {@link #openToSend()} speaks of. */
  static boolean isLast(RpmsgMessage message) {
    return message.length() == 0;
  }
}
