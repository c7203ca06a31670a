// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TransmitLockTest {
  private static final int RUN = 3;

  private final TransmitLock lock = new TransmitLock(RUN);
  private volatile int inside;

  /** Makes this thread the owner. */
  private void own() {
    for (int i = 0; i <= RUN; i++) {
      lock.lock();
      lock.unlock();
    }
    assertTrue(lock.isMine());
  }

  private static <T> T elsewhere(java.util.function.Supplier<T> what) throws Exception {
    return CompletableFuture.supplyAsync(what).get(30, TimeUnit.SECONDS);
  }

  @Test
  void itComesToBelongToTheThreadThatKeepsComing() {
    for (int i = 0; i < RUN; i++) {
      lock.lock();
      lock.unlock();
      assertFalse(lock.isMine());
    }
    lock.lock();
    lock.unlock();
    assertTrue(lock.isMine());
  }

  @Test
  void threadsThatComeByTurnsDoNotGetToOwnIt() throws Exception {
    for (int i = 0; i < 4 * RUN; i++) {
      lock.lock();
      lock.unlock();
      assertFalse(lock.isMine());
      elsewhere(() -> {
        lock.lock();
        lock.unlock();
        return lock.isMine();
      });
    }
  }

  @Test
  void theOwnerThatIsInsideKeepsOthersOut() throws Exception {
    own();
    lock.lock();
    CountDownLatch trying = new CountDownLatch(1);
    CompletableFuture<Boolean> other =
        CompletableFuture.supplyAsync(() -> {
          trying.countDown();
          lock.lock();
          boolean alone = inside == 0;
          lock.unlock();
          return alone;
        });
    assertTrue(trying.await(30, TimeUnit.SECONDS));
    inside = 1;
    while (lock.isMine()) {
      Thread.onSpinWait();
    }
    assertFalse(other.isDone());
    inside = 0;
    lock.unlock();
    assertTrue(other.get(30, TimeUnit.SECONDS));
  }

  @Test
  void anotherThreadTakesItAwayAndTheOwnerGetsItLikeAnyOther() throws Exception {
    own();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> {
          lock.lock();
          entered.countDown();
          try {
            assertTrue(leave.await(30, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          } finally {
            lock.unlock();
          }
        });
    assertTrue(entered.await(30, TimeUnit.SECONDS));
    assertFalse(lock.isMine());
    assertFalse(lock.tryLock());
    leave.countDown();
    other.get(30, TimeUnit.SECONDS);
    assertTrue(lock.tryLock());
    lock.unlock();
  }

  @Test
  void aLockOfAThreadThatEndedIsTaken() throws Exception {
    Thread owner = Thread.ofPlatform().start(this::own);
    owner.join();
    assertTrue(lock.tryLock());
    lock.unlock();
  }

  @Test
  void nobodyIsInsideTwiceWhileTheOwnerChanges() throws Exception {
    CompletableFuture<Integer> rare =
        CompletableFuture.supplyAsync(() -> {
          int met = 0;
          long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
          while (System.nanoTime() - end < 0) {
            met += enter(1);
            for (int i = 0; i < 40; i++) {
              Thread.onSpinWait();
            }
          }
          return met;
        });
    int met = 0;
    while (!rare.isDone()) {
      met += enter(2);
    }
    assertEquals(0, met + rare.get());
  }

  /** Whether another was met inside, who notes itself there as this one does. */
  private int enter(int who) {
    lock.lock();
    inside = who;
    int met = inside == who && inside == who ? 0 : 1;
    lock.unlock();
    return met;
  }
}
