// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.virtio.internal.transport.TestNode;

@Timeout(60)
class PollDoorbellTest {

  private static final long LONG_WAIT = 30_000_000_000L;
  private static final long WINDOW = 5_000_000;
  private static final int ROUNDS = 50;

  private final Doorbell doorbell = new PollDoorbell();

  @Test
  void itIsAlwaysConnectedAndNeverRings() {
    assertFalse(doorbell.rings());
    assertTrue(doorbell.connected());
    assertFalse(doorbell.peerClosed());
    doorbell.ring();
    assertFalse(doorbell.poll());
  }

  @Test
  void awaitIsOneIdleStepAndNotTheWholeWait() {
    assertTrue(stepsWithin(20 * WINDOW) > 20, "steps of at most a millisecond");
  }

  @Test
  void itSlowsDownWhenIdleAndSpinsAgainAfterActivity() {
    boolean seen = false;
    for (int round = 0; round < ROUNDS && !seen; round++) {
      stepsWithin(2 * WINDOW);
      int idle = stepsWithin(WINDOW);
      doorbell.active();
      seen = stepsWithin(WINDOW) > 2 * idle;
    }
    assertTrue(seen, "more steps after activity than when idle");
  }

  @Test
  void aStepIsAPartOfTheSilenceBeforeItUntilSomethingIsReceived() {
    stepsWithin(100 * WINDOW);
    doorbell.await(LONG_WAIT);
    long start = System.nanoTime();
    doorbell.await(LONG_WAIT);
    assertTrue(System.nanoTime() - start >= 100 * WINDOW / 64);
    doorbell.active();
    assertTrue(stepsWithin(WINDOW) > 20);
  }

  @Test
  void afterALongSilenceNewsEndTheWholeWait() {
    AtomicBoolean news = new AtomicBoolean();
    AtomicInteger looks = new AtomicInteger();
    doorbell.lookFor(() -> looks.incrementAndGet() > 0 && news.get());
    CompletableFuture<Integer> steps =
        CompletableFuture.supplyAsync(() -> {
          int waits = 1;
          while (!doorbell.await(LONG_WAIT)) {
            waits++;
          }
          return waits;
        });
    TestNode.await("looked at by others", () -> looks.get() > 5);
    assertFalse(steps.isDone());
    news.set(true);
    TestNode.await("awake", steps::isDone);
  }

  @Test
  void wakeEndsTheCurrentOrTheNextAwaitOnce() throws Exception {
    doorbell.wake();
    assertTrue(doorbell.await(LONG_WAIT));
    assertFalse(doorbell.await(LONG_WAIT));
    CompletableFuture<Void> waiting =
        CompletableFuture.runAsync(() -> {
          while (!doorbell.await(LONG_WAIT)) {}
        });
    doorbell.wake();
    waiting.get(10, TimeUnit.SECONDS);
  }

  private int stepsWithin(long nanos) {
    long start = System.nanoTime();
    int steps = 0;
    while (System.nanoTime() - start < nanos) {
      doorbell.await(LONG_WAIT);
      steps++;
    }
    return steps;
  }
}
