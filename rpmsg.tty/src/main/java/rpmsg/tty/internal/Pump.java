// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.osgi.service.log.Logger;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Poll;

/** One thread for all terminals, {@code rpmsg-tty}, there for as long as there is a terminal. */
final class Pump {
  private static final long LONGEST_WAIT = TimeUnit.SECONDS.toNanos(10);

  private final Logger logger;
  private final int limit;
  private final List<Terminal> terminals = new ArrayList<>();
  private volatile EventFd bell;

  /**
   * @param limit how many terminals there may be at a time
   */
  Pump(int limit, Logger logger) {
    this.limit = limit;
    this.logger = logger;
  }

  /** Begins to serve a terminal. */
  synchronized void add(Terminal terminal) throws ErrnoException {
    if (bell == null) {
      EventFd started = EventFd.create();
      bell = started;
      Thread.ofPlatform().daemon().name("rpmsg-tty").start(() -> run(started));
    }
    terminals.add(terminal);
    bell.signal();
  }

  /** Ends that; a turn that has begun goes to its end. */
  synchronized void remove(Terminal terminal) {
    terminals.remove(terminal);
    wake();
  }

  /** Has every terminal looked at. Any thread. */
  void wake() {
    EventFd current = bell;
    if (current != null) {
      current.signal();
    }
  }

  private void run(EventFd own) {
    try (own) {
      Poll poll = new Poll(1 + limit);
      poll.set(limit, own.fd(), Poll.IN);
      for (List<Terminal> turn; !(turn = terminalsOrEnd()).isEmpty(); ) {
        turn(poll, turn);
        own.drain();
      }
    } catch (ErrnoException | RuntimeException failed) {
      logger.error("terminals are not served any more: {}", failed.getMessage(), failed);
      ended(own);
    }
  }

  private synchronized void ended(EventFd own) {
    bell = bell == own ? null : bell;
  }

  /** The terminals; none, and then the thread ends. */
  private synchronized List<Terminal> terminalsOrEnd() {
    if (terminals.isEmpty()) {
      bell = null;
    }
    return List.copyOf(terminals);
  }

  private void turn(Poll poll, List<Terminal> turn) throws ErrnoException {
    long now = System.nanoTime();
    long wait = LONGEST_WAIT;
    int[] wanted = new int[limit];
    for (int i = 0; i < limit; i++) {
      Terminal terminal = i < turn.size() ? turn.get(i) : null;
      if (terminal != null) {
        wanted[i] = terminal.wanted(now);
        wait = Math.min(wait, terminal.patience(now));
      }
      poll.set(i, wanted[i] == 0 ? null : terminal.fd(), wanted[i]);
    }
    poll.await(wait);
    for (int i = 0; i < turn.size(); i++) {
      if (wanted[i] != 0) {
        serve(turn.get(i), poll.events(i));
      }
    }
  }

  /** One that fails is served no more, and the others go on. */
  private void serve(Terminal terminal, int events) {
    try {
      terminal.serve(events, System.nanoTime());
    } catch (ErrnoException | RuntimeException failed) {
      remove(terminal);
      terminal.close();
      logger.error("{} fails and is closed: {}", terminal, failed.getMessage(), failed);
    }
  }
}
