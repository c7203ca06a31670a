// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One ordered queue per transport for all that may take its time: channel creation, probe, remove,
 * service registration. Its thread ends when it has been idle for a while.
 */
final class ControlQueue {
  /** Tasks of others that may wait at a time; beyond that the link parks. */
  static final int LIMIT = 4096;

  private final ThreadPoolExecutor executor;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Runnable onRoom;
  private final Log log;
  private volatile Thread thread;
  private volatile boolean refused;

  ControlQueue(String name, Runnable onRoom, Log log) {
    this.onRoom = onRoom;
    this.log = log;
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> thread = Thread.ofPlatform().daemon().name(name).unstarted(task));
    executor.allowCoreThreadTimeOut(true);
  }

  boolean onQueue() {
    return Thread.currentThread() == thread;
  }

  /** Queues one of the bus's own tasks; false when the queue is closed. */
  boolean execute(Runnable task) {
    try {
      executor.execute(() -> run(task));
      return true;
    } catch (RejectedExecutionException closed) {
      return false;
    }
  }

  /** Queues a task of others, unless too many wait; then {@code onRoom} runs when few do. */
  boolean offer(Runnable task) {
    if (waiting.get() >= LIMIT) {
      refused = true;
      if (waiting.get() >= LIMIT) {
        return false;
      }
    }
    waiting.incrementAndGet();
    boolean queued = execute(() -> runOffered(task));
    if (!queued) {
      waiting.decrementAndGet();
    }
    return queued;
  }

  /** Runs a task in its turn and waits for it; at once when called on the queue. */
  boolean executeAndWait(Runnable task, Duration bound) {
    if (onQueue()) {
      run(task);
      return true;
    }
    CountDownLatch done = new CountDownLatch(1);
    Runnable counted =
        () -> {
          try {
            task.run();
          } finally {
            done.countDown();
          }
        };
    return execute(counted)
        && Uninterrupted.await(nanos -> done.await(nanos, TimeUnit.NANOSECONDS), bound);
  }

  /**
   * Ends the queue after what was queued. A task that takes longer than the bound is interrupted,
   * so that those behind it run; when that does not help within the bound, they are dropped.
   */
  void close(Duration bound) {
    executor.shutdown();
    if (ended(bound)) {
      return;
    }
    log.warn("control queue: a task hangs and is interrupted", null);
    thread.interrupt();
    if (!ended(bound)) {
      int left = executor.shutdownNow().size();
      log.warn("control queue ended with a task running and " + left + " waiting", null);
    }
  }

  private boolean ended(Duration bound) {
    return Uninterrupted.await(
        nanos -> executor.awaitTermination(nanos, TimeUnit.NANOSECONDS), bound);
  }

  private void runOffered(Runnable task) {
    try {
      task.run();
    } finally {
      if (waiting.decrementAndGet() <= LIMIT / 2 && refused) {
        refused = false;
        onRoom.run();
      }
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (Throwable failure) {
      log.warn("control task failed", failure);
    }
  }
}
