// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;
import rpmsg.syscall.PseudoTerminal;

/**
 * A terminal with its channel, as the {@link Pump} serves it. It is looked at every 50 ms in two
 * cases: while nobody has it open, because nobody tells when a program opens it; and while bytes
 * wait for it, because the kernel tells only a reader that has read nearly all.
 */
final class Terminal {
  static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final PseudoTerminal terminal;
  private final FromPeer in;
  private final ToPeer out;
  private boolean open;
  private long nextLook;

  Terminal(
      PseudoTerminal terminal, RpmsgEndpoint endpoint, FromPeer in, Runnable wake, Logger logger) {
    this.terminal = terminal;
    this.in = in;
    this.out = new ToPeer(terminal, endpoint, wake, logger);
    nextLook = System.nanoTime();
    in.connect(terminal, endpoint);
  }

  Fd fd() {
    return terminal.fd();
  }

  /** What to poll for now, 0 for nothing. The pump's thread, as are the next two. */
  int wanted(long now) {
    if (!open && now - nextLook < 0) {
      return 0;
    }
    return (out.blocked() ? 0 : Poll.IN) | (in.waiting() ? Poll.OUT : 0);
  }

  /** How long the pump may wait before it looks at this terminal again, in nanoseconds. */
  long patience(long now) {
    if (open) {
      return in.waiting() ? LOOK_NANOS : Long.MAX_VALUE;
    }
    if (now - nextLook < 0) {
      return nextLook - now;
    }
    return wanted(now) == 0 ? LOOK_NANOS : 0;
  }

  /** What a poll for {@link #wanted} has found. */
  void serve(int events, long now) throws ErrnoException {
    boolean gone = (events & Poll.GONE) != 0;
    if ((events & Poll.IN) != 0) {
      present();
      out.pass();
    } else if (gone) {
      absent(now);
    } else {
      present();
      if ((events & Poll.OUT) != 0) {
        in.write();
      }
    }
  }

  private void present() throws ErrnoException {
    if (!open) {
      open = true;
      in.present();
    }
  }

  private void absent(long now) {
    open = false;
    nextLook = now + LOOK_NANOS;
    in.absent();
  }

  /** Hangs up. Any thread. */
  void close() {
    in.end();
    terminal.close();
  }

  @Override
  public String toString() {
    return terminal.toString();
  }
}
