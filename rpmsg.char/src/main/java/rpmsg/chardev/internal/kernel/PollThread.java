// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.log.Logger;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;

/**
 * Waits for what the kernel has to tell of all open nodes: one thread, there while one is open.
 * Each event is told once and asked for anew by {@link Watch#arm}, so that a node which nobody
 * reads costs nothing.
 */
final class PollThread {
  /** The longest wait, though nothing is known that would need its end. */
  static final long LONG_SECONDS = 10;

  private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(LONG_SECONDS);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long LEAVE_SECONDS = 5;

  private final Logger log;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final List<Watch> watches = new ArrayList<>();
  private Thread thread;
  private EventFd bell;
  private long rounds;
  private boolean polling;

  /** Of the thread alone. */
  private Poll poll = new Poll(1);

  private int slots = 1;

  PollThread(Logger log) {
    this.log = log;
  }

  /** Who is told of a node's events. Must not wait. */
  interface Listener {
    /**
     * @param events bits of {@link Poll}; 0 for a look that was asked for
     */
    void happened(int events);
  }

  /** One open node. */
  final class Watch {
    private final Fd fd;
    private final Listener listener;
    private int armed;
    private boolean gone;
    private boolean closed;
    private boolean looks;
    private long lookAt;

    private Watch(Fd fd, Listener listener) {
      this.fd = fd;
      this.listener = listener;
    }

    /** Has these events told once; that the node is gone is told without asking. */
    void arm(int events) {
      lock.lock();
      try {
        if (!gone && (armed & events) != events) {
          armed |= events;
          ring();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Has the listener called soon, for what the kernel does not tell. */
    void lookSoon() {
      lock.lock();
      try {
        if (!looks) {
          looks = true;
          lookAt = System.nanoTime() + LOOK_NANOS;
          ring();
        }
      } finally {
        lock.unlock();
      }
    }

    /** Tells no more; when this returns, the descriptor is not polled. */
    void close() {
      lock.lock();
      try {
        closed = true;
        watches.remove(this);
        ring();
        awaitRound();
      } finally {
        lock.unlock();
      }
    }

    /** Under the lock: what to tell of what poll found, or -1 for nothing. */
    private int take(int found, long now) {
      int told = found & (armed | Poll.GONE);
      armed &= ~told;
      gone |= (told & Poll.GONE) != 0;
      boolean asked = looks && now - lookAt >= 0;
      looks &= !asked;
      return told != 0 || asked ? told : -1;
    }
  }

  Watch watch(Fd fd, Listener listener) throws RpmsgException {
    lock.lock();
    try {
      if (thread == null) {
        bell = EventFd.create();
        thread = Thread.ofPlatform().daemon().name("rpmsg-kernel-poll").unstarted(this::run);
        thread.start();
      }
      Watch watch = new Watch(fd, listener);
      watches.add(watch);
      ring();
      return watch;
    } catch (ErrnoException e) {
      throw new RpmsgException(Errno.of(e.errno()), e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private void ring() {
    if (polling) {
      bell.signal();
    }
  }

  private void awaitRound() {
    long round = rounds;
    long nanos = TimeUnit.SECONDS.toNanos(LEAVE_SECONDS);
    boolean interrupted = false;
    while (polling && rounds == round && nanos > 0 && Thread.currentThread() != thread) {
      try {
        nanos = left.awaitNanos(nanos);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    for (List<Watch> polled; (polled = begin()) != null; ) {
      long nanos = fill(polled);
      try {
        poll.await(nanos);
      } catch (ErrnoException e) {
        log.error("waiting for the kernel's nodes failed: {}", e.getMessage());
        LockSupport.parkNanos(LONG_NANOS);
      }
      tell(polled, end(polled));
    }
  }

  /** The nodes to wait for; null when there is none, and this thread is to end. */
  private List<Watch> begin() {
    lock.lock();
    try {
      if (watches.isEmpty()) {
        thread = null;
        bell.close();
        return null;
      }
      polling = true;
      return List.copyOf(watches);
    } finally {
      lock.unlock();
    }
  }

  /** Fills the slots of poll, and says how long to wait. */
  private long fill(List<Watch> polled) {
    if (slots <= polled.size()) {
      slots = 2 * polled.size() + 1;
      poll = new Poll(slots);
    }
    long now = System.nanoTime();
    long nanos = LONG_NANOS;
    lock.lock();
    try {
      poll.set(0, bell.fd(), Poll.IN);
      for (int i = 1; i < slots; i++) {
        Watch watch = i <= polled.size() ? polled.get(i - 1) : null;
        boolean waits = watch != null && !watch.gone;
        poll.set(i, waits ? watch.fd : null, waits ? watch.armed : 0);
        nanos = watch != null && watch.looks ? Math.min(nanos, watch.lookAt - now) : nanos;
      }
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  private int[] end(List<Watch> polled) {
    int[] told = new int[polled.size()];
    bell.drain();
    lock.lock();
    try {
      polling = false;
      rounds++;
      left.signalAll();
      long now = System.nanoTime();
      for (int i = 0; i < told.length; i++) {
        Watch watch = polled.get(i);
        told[i] = watch.closed ? -1 : watch.take(poll.events(i + 1), now);
      }
      return told;
    } finally {
      lock.unlock();
    }
  }

  private static void tell(List<Watch> polled, int[] told) {
    for (int i = 0; i < told.length; i++) {
      if (told[i] >= 0) {
        polled.get(i).listener.happened(told[i]);
      }
    }
  }
}
