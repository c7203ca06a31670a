// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.function.Executable;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** Waits that end, and what tests ask for again and again. */
public final class Bounded {
  public static final long SECONDS = 30;

  private Bounded() {}

  /** Something that may fail. */
  public interface Task<T> {
    T run() throws Exception;
  }

  public static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - end < 0, () -> "not in " + SECONDS + " s: " + what);
      LockSupport.parkNanos(100_000);
    }
  }

  /** Runs a task on a virtual thread of its own. */
  public static <T> CompletableFuture<T> start(Task<T> task) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofVirtual().start(() -> run(task, result));
    return result;
  }

  private static <T> void run(Task<T> task, CompletableFuture<T> result) {
    try {
      result.complete(task.run());
    } catch (Throwable failure) {
      result.completeExceptionally(failure);
    }
  }

  public static <T> T get(CompletableFuture<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }

  /** What the task has failed with. */
  public static Throwable failure(CompletableFuture<?> future) throws Exception {
    return future
        .handle((result, failure) -> failure == null ? new AssertionError("did not fail") : failure)
        .get(SECONDS, TimeUnit.SECONDS);
  }

  public static void assertErrno(Errno errno, Executable action) {
    RpmsgException refused = assertThrows(RpmsgException.class, action);
    assertEquals(errno, refused.errno(), refused.getMessage());
    assertTrue(refused.getMessage().startsWith(errno + ": "), refused.getMessage());
  }

  public static void assertErrno(Errno errno, CompletableFuture<?> future) throws Exception {
    Throwable failure = failure(future);
    assertErrno(
        errno,
        () -> {
          throw failure;
        });
  }
}
