// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.log.Logger;

/** Looks every so often, and when asked to, always on one thread. */
final class Discovery {
  private static final long END_SECONDS = 5;

  private final Logger log;
  private final AtomicBoolean asked = new AtomicBoolean();
  private final ScheduledThreadPoolExecutor executor;
  private volatile Thread thread;

  Discovery(Logger log) {
    this.log = log;
    executor = new ScheduledThreadPoolExecutor(1, this::thread);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
  }

  private Thread thread(Runnable task) {
    thread = Thread.ofPlatform().daemon().name("rpmsg-kernel-discovery").unstarted(task);
    return thread;
  }

  /** Begins to look: now, and then that long after each look. */
  void start(Runnable look, Duration period) {
    executor.scheduleWithFixedDelay(
        () -> guarded(look), 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Looks once more, soon. Any thread; does not wait. */
  void soon(Runnable look) {
    if (asked.compareAndSet(false, true)) {
      try {
        executor.execute(() -> {
          asked.set(false);
          guarded(look);
        });
      } catch (RejectedExecutionException stopped) {
        // Nobody looks any more.
      }
    }
  }

  private void guarded(Runnable look) {
    try {
      look.run();
    } catch (Throwable failed) {
      // The executor would look no more, and not say so
      log.error("looking for the kernel's RPMsg failed: {}", failed.toString(), failed);
    }
  }

  /** Ends it; waits for the look that is under way, unless called from within it. */
  void stop() {
    executor.shutdown();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      if (!executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a listener of services holds up {}", "rpmsg-kernel-discovery");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
