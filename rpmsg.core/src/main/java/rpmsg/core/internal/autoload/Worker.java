// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.time.Duration;
import rpmsg.core.internal.Uninterrupted;

/** A thread that exists only while there is something to do. */
final class Worker {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(4);

  private final String name;
  private final Runnable work;
  private Thread thread;
  private boolean due;
  private boolean closed;

  /**
   * @param work does all that is to do; what is due while it runs runs it again
   */
  Worker(String name, Runnable work) {
    this.name = name;
    this.work = work;
  }

  /** There is something to do. */
  synchronized void wake() {
    due = true;
    if (thread == null && !closed) {
      thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
      thread.start();
    }
  }

  synchronized boolean isCurrent() {
    return Thread.currentThread() == thread;
  }

  private void run() {
    while (next()) {
      work.run();
    }
  }

  private synchronized boolean next() {
    boolean again = due && !closed;
    due = false;
    if (!again) {
      thread = null;
    }
    return again;
  }

  /**
   * Ends the thread; true when it has ended. It is interrupted after a second: it may wait for a
   * lock of the framework that the caller holds.
   */
  boolean close() {
    Thread running;
    synchronized (this) {
      closed = true;
      running = thread;
    }
    if (running == null || running == Thread.currentThread()) {
      return true;
    }
    if (ended(running, PATIENCE)) {
      return true;
    }
    running.interrupt();
    return ended(running, AFTER_INTERRUPT);
  }

  private static boolean ended(Thread thread, Duration bound) {
    return Uninterrupted.await(nanos -> thread.join(Duration.ofNanos(nanos)), bound);
  }
}
