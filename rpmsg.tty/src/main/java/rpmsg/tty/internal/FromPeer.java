// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import org.osgi.service.log.Logger;
import rpmsg.core.RefusingListener;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgMessage;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.PseudoTerminal;

/**
 * From the channel to the terminal. What the terminal does not take waits in a bounded backlog;
 * what does not fit there is refused while a program has the terminal open, so that the link parks,
 * and dropped while nobody has. Messages that come before there is a terminal wait in the same way.
 */
final class FromPeer implements RefusingListener {
  private final String channel;
  private final Backlog backlog;
  private final Runnable wake;
  private final Logger logger;
  private PseudoTerminal terminal;
  private RpmsgEndpoint endpoint;
  private boolean open;
  private boolean ended;
  private int refused;
  private long dropped;

  /**
   * @param channel what log lines call it
   * @param backlog bytes that may wait, at least as many as the longest message has
   * @param wake runs when {@link #waiting()} became true
   */
  FromPeer(String channel, int backlog, Runnable wake, Logger logger) {
    this.channel = channel;
    this.backlog = new Backlog(backlog);
    this.wake = wake;
    this.logger = logger;
  }

  @Override
  public synchronized boolean offer(RpmsgMessage message) throws ErrnoException {
    int length = message.length();
    if (ended || length == 0) {
      return true;
    }
    if (dropped > 0 || length > backlog.room()) {
      lookAgain();
    }
    if (dropped > 0 || length > backlog.room()) {
      return refuseOrDrop(length);
    }
    boolean first = backlog.isEmpty();
    backlog.put(message.payload());
    if (first && open) {
      write();
      if (!backlog.isEmpty()) {
        wake.run();
      }
    }
    return true;
  }

  /** The pump may not have seen yet that a program has come. */
  private void lookAgain() throws ErrnoException {
    if (!open && terminal != null && terminal.isOpened()) {
      present();
    }
  }

  private boolean refuseOrDrop(int length) {
    if (open || terminal == null) {
      refused = length;
      return false;
    }
    if (dropped == 0) {
      logger.warn("{}: nobody has {} open: what comes now is dropped", channel, terminal);
    }
    dropped += length;
    return true;
  }

  /** There is a terminal now, which nobody has open yet. */
  synchronized void connect(PseudoTerminal terminal, RpmsgEndpoint endpoint) {
    this.terminal = terminal;
    this.endpoint = endpoint;
    absent();
  }

  /** A program has the terminal open. */
  synchronized void present() throws ErrnoException {
    open = true;
    if (dropped > 0) {
      logger.warn("{}: {} bytes were dropped while nobody had {} open", channel, dropped, terminal);
      dropped = 0;
    }
    write();
  }

  /** Nobody has the terminal open. */
  synchronized void absent() {
    open = false;
    if (refused > 0) {
      resume();
    }
  }

  /** Whether bytes wait for the terminal. */
  synchronized boolean waiting() {
    return !backlog.isEmpty();
  }

  /** Gives the terminal what it takes. */
  synchronized void write() throws ErrnoException {
    while (!ended && !backlog.isEmpty()) {
      int taken = terminal.write(backlog.first());
      if (taken <= 0) {
        break;
      }
      backlog.remove(taken);
    }
    if (refused > 0 && backlog.room() >= refused) {
      resume();
    }
  }

  /** The terminal goes, and with it what waits. */
  synchronized void end() {
    ended = true;
    if (refused > 0) {
      resume();
    }
  }

  private void resume() {
    refused = 0;
    endpoint.resume();
  }
}
