// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The one ordered queue of a link. */
class ControlQueueTest {
  private static final Duration BOUND = Duration.ofSeconds(Bounded.SECONDS);

  private final Semaphore room = new Semaphore(0);
  private final List<String> warnings = new ArrayList<>();
  private final ControlQueue queue = new ControlQueue("rpmsg-q-control", room::release, log());

  private Log log() {
    return new Log() {
      @Override
      public void info(String message) {}

      @Override
      public void warn(String message, Throwable cause) {
        warnings.add(message);
      }
    };
  }

  @AfterEach
  void close() {
    queue.close(BOUND);
  }

  /** Occupies the queue until the latch is counted down. */
  private CountDownLatch occupy() {
    CountDownLatch go = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    assertTrue(
        queue.execute(() -> {
          running.countDown();
          Bounded.await(go);
        }));
    Bounded.await(running);
    return go;
  }

  @Test
  void tasksRunInOrderOnOneThread() {
    List<Integer> ran = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      assertTrue(
          i % 2 == 0 ? queue.execute(() -> ran.add(number)) : queue.offer(() -> ran.add(number)));
    }
    assertTrue(queue.executeAndWait(() -> {}, BOUND));
    assertEquals(IntStream.range(0, 100).boxed().toList(), ran);
  }

  @Test
  void offersBeyondTheLimitAreRefusedAndTheWakeComesWhenThereIsRoom() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch go = occupy();
    for (int i = 0; i < ControlQueue.LIMIT; i++) {
      assertTrue(queue.offer(ran::incrementAndGet));
    }
    assertFalse(queue.offer(ran::incrementAndGet));
    assertEquals(0, room.availablePermits());
    go.countDown();
    assertTrue(room.tryAcquire(Bounded.SECONDS, TimeUnit.SECONDS), "no wake");
    assertTrue(queue.offer(ran::incrementAndGet));
    assertTrue(queue.executeAndWait(() -> {}, BOUND));
    assertEquals(ControlQueue.LIMIT + 1, ran.get());
  }

  @Test
  void theBusItselfIsNeverRefused() {
    CountDownLatch go = occupy();
    for (int i = 0; i < ControlQueue.LIMIT; i++) {
      assertTrue(queue.offer(() -> {}));
    }
    assertTrue(queue.execute(() -> {}));
    go.countDown();
  }

  @Test
  void noOfferIsLostWhenEveryRefusalWaitsForItsWake() throws Exception {
    AtomicInteger ran = new AtomicInteger();
    int refusals = 0;
    for (int i = 0; i < 200_000; i++) {
      while (!queue.offer(ran::incrementAndGet)) {
        refusals++;
        assertTrue(room.tryAcquire(Bounded.SECONDS, TimeUnit.SECONDS), "no wake");
      }
    }
    assertTrue(queue.executeAndWait(() -> {}, BOUND));
    assertEquals(200_000, ran.get(), refusals + " refusals");
  }

  @Test
  void aTaskThatThrowsDoesNotEndTheQueue() {
    queue.execute(() -> raise(new IllegalStateException()));
    queue.execute(() -> raise(new AssertionError()));
    queue.offer(() -> raise(new StackOverflowError()));
    assertTrue(queue.executeAndWait(() -> {}, BOUND));
    assertEquals(3, warnings.size());
  }

  private static void raise(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  @Test
  void waitingOnTheQueueItselfRunsAtOnce() {
    List<Integer> ran = new ArrayList<>();
    queue.executeAndWait(
        () -> {
          queue.executeAndWait(() -> ran.add(1), BOUND);
          ran.add(2);
        },
        BOUND);
    assertEquals(List.of(1, 2), ran);
  }

  @Test
  void aWaitEndsWithItsBound() {
    CountDownLatch go = occupy();
    assertFalse(queue.executeAndWait(() -> {}, Duration.ofMillis(10)));
    go.countDown();
  }

  @Test
  void anInterruptedCallerWaitsAllTheSame() {
    AtomicInteger ran = new AtomicInteger();
    Thread.currentThread().interrupt();
    assertTrue(queue.executeAndWait(ran::incrementAndGet, BOUND));
    assertTrue(Thread.interrupted());
    assertEquals(1, ran.get());
  }

  @Test
  void closeRunsWhatWasQueuedThenRefuses() {
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 1000; i++) {
      queue.execute(ran::incrementAndGet);
    }
    queue.close(BOUND);
    assertEquals(1000, ran.get());
    assertFalse(queue.execute(() -> {}));
    assertFalse(queue.offer(() -> {}));
    assertFalse(queue.executeAndWait(() -> {}, BOUND));
    assertEquals(List.of(), warnings);
  }

  @Test
  void closeRunsWhatWasQueuedWhenTheCallerIsInterrupted() {
    AtomicInteger ran = new AtomicInteger();
    CountDownLatch go = occupy();
    queue.execute(ran::incrementAndGet);
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              Thread.currentThread().interrupt();
              queue.close(BOUND);
            });
    Bounded.untilWaiting(closer);
    go.countDown();
    Bounded.join(closer);
    assertEquals(1, ran.get());
  }

  @Test
  void aTaskThatHangsIsInterruptedSoThatTheRestRuns() {
    AtomicInteger ran = new AtomicInteger();
    queue.execute(() -> {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        ran.incrementAndGet();
      }
    });
    queue.execute(ran::incrementAndGet);
    queue.close(Duration.ofMillis(50));
    assertEquals(2, ran.get());
  }
}
