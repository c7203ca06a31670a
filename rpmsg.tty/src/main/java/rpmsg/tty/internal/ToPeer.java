// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.SendResult;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.PseudoTerminal;

/**
 * From the terminal to the channel. While the link has no free buffer, nothing more is read than
 * one message, so that the terminal fills up and whoever writes to it waits.
 */
final class ToPeer {
  /** As much as a terminal gives at a time. */
  private static final int LONGEST = 4096;

  private final PseudoTerminal terminal;
  private final RpmsgEndpoint endpoint;
  private final Runnable wake;
  private final Logger logger;
  private final MemorySegment message = Arena.ofAuto().allocate(LONGEST);
  private int length;
  private boolean blocked;

  /**
   * @param wake runs when {@link #blocked()} became false
   */
  ToPeer(PseudoTerminal terminal, RpmsgEndpoint endpoint, Runnable wake, Logger logger) {
    this.terminal = terminal;
    this.endpoint = endpoint;
    this.wake = wake;
    this.logger = logger;
  }

  /** Whether a transmit buffer is waited for: nothing is to be read. */
  synchronized boolean blocked() {
    return blocked;
  }

  /** Reads and sends one message (LX178). */
  synchronized void pass() throws ErrnoException {
    if (blocked) {
      return;
    }
    length = read(limit());
    if (length > 0) {
      send();
    }
  }

  private int limit() {
    try {
      return Math.min(LONGEST, endpoint.mtu());
    } catch (RpmsgException unknownYet) {
      block();
      return 0;
    }
  }

  private int read(int most) throws ErrnoException {
    int read = 0;
    while (read < most) {
      int more = terminal.read(message.asSlice(read, most - read));
      if (more <= 0) {
        break;
      }
      read += more;
    }
    return read;
  }

  private void send() {
    try {
      if (endpoint.trySend(message.asSlice(0, length)) == SendResult.BACK_PRESSURE) {
        block();
        return;
      }
    } catch (RpmsgException refused) {
      if (endpoint.isOpen()) {
        logger.warn("{}: {} bytes were not sent: {}", terminal, length, refused.getMessage());
      }
    }
    length = 0;
  }

  private void block() {
    blocked = true;
    try {
      endpoint.whenWritable(this::unblock);
    } catch (RpmsgException gone) {
      // The channel is about to go, and nothing is to be read until then.
    }
  }

  private void unblock() {
    synchronized (this) {
      blocked = false;
      if (length > 0) {
        send();
      }
      if (blocked) {
        return;
      }
    }
    wake.run();
  }
}
