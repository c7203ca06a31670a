// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.virtio.internal.transport.TestNode;

@Timeout(60)
class QuietLinksTest {
  private static final long LONG_WAIT = TimeUnit.SECONDS.toNanos(30);

  private final QuietLinks links = new QuietLinks();
  private final List<Sleeper> sleepers = new ArrayList<>();

  @AfterEach
  void close() throws InterruptedException {
    for (Sleeper sleeper : sleepers) {
      sleeper.doorbell.close();
      sleeper.thread.join(10_000);
      assertFalse(sleeper.thread.isAlive());
    }
  }

  /** A receive thread that sleeps once. */
  private final class Sleeper {
    final PollDoorbell doorbell = new PollDoorbell();
    final AtomicInteger looks = new AtomicInteger();
    volatile BooleanSupplier news = () -> false;
    volatile Throwable failure;
    final Thread thread;

    Sleeper() {
      doorbell.lookFor(() -> {
        looks.incrementAndGet();
        return news.getAsBoolean();
      });
      thread =
          Thread.ofPlatform()
              .uncaughtExceptionHandler((dead, thrown) -> failure = thrown)
              .start(() -> links.sleep(doorbell, LONG_WAIT));
      sleepers.add(this);
      TestNode.await("it is looked at", () -> looks.get() > 0);
    }

    boolean sleeps() {
      return thread.isAlive();
    }
  }

  private void awaitAwake(Sleeper sleeper) {
    TestNode.await("awake", () -> !sleeper.sleeps());
  }

  private void assertLookedAt(Sleeper sleeper) {
    int before = sleeper.looks.get();
    TestNode.await("it is looked at again", () -> sleeper.looks.get() > before);
  }

  @Test
  void onlyTheOneWithNewsWakesUp() {
    Sleeper first = new Sleeper();
    Sleeper second = new Sleeper();
    Sleeper third = new Sleeper();
    second.news = () -> true;
    awaitAwake(second);
    assertLookedAt(third);
    assertTrue(first.sleeps() && third.sleeps());
  }

  @Test
  void theOneThatLooksFindsItsOwnNewsAndLeavesTheOthersToTheNext() {
    Sleeper first = new Sleeper();
    Sleeper second = new Sleeper();
    Sleeper third = new Sleeper();
    first.news = () -> true;
    awaitAwake(first);
    assertLookedAt(third);
    second.doorbell.wake();
    awaitAwake(second);
    third.news = () -> true;
    awaitAwake(third);
  }

  @Test
  void whoIsAwakeIsNotLookedAt() {
    Sleeper awake = new Sleeper();
    Sleeper sleeping = new Sleeper();
    awake.doorbell.wake();
    awaitAwake(awake);
    int looks = awake.looks.get();
    assertLookedAt(sleeping);
    assertLookedAt(sleeping);
    assertEquals(looks, awake.looks.get());
  }

  @Test
  void newsThatCannotBeLookedAtWakeItsOwnerAndHarmNobodyElse() {
    Sleeper first = new Sleeper();
    Sleeper second = new Sleeper();
    second.news =
        () -> {
          throw new IllegalStateException("unmapped");
        };
    awaitAwake(second);
    assertLookedAt(first);
    assertTrue(first.sleeps());
  }

  @Test
  void aFaultOfTheMemoryWakesAllAndIsThrownAtNobody() {
    Sleeper first = new Sleeper();
    Sleeper second = new Sleeper();
    Sleeper third = new Sleeper();
    second.news =
        () -> {
          throw new InternalError("a fault occurred in a recent unsafe memory access operation");
        };
    for (Sleeper sleeper : List.of(first, second, third)) {
      awaitAwake(sleeper);
      assertEquals(null, sleeper.failure);
    }
  }

  @Test
  void nobodySleepsLongerThanAsked() {
    PollDoorbell alone = new PollDoorbell();
    alone.lookFor(() -> false);
    long start = System.nanoTime();
    links.sleep(alone, 25_000_000);
    assertTrue(System.nanoTime() - start >= 25_000_000);
    assertFalse(alone.await(0));
  }

  @Test
  void manyThatComeAndGoAreAllFound() {
    for (int round = 0; round < 20; round++) {
      List<Sleeper> all = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        all.add(new Sleeper());
      }
      for (int i = 0; i < all.size(); i += 2) {
        all.get(i).news = () -> true;
      }
      for (int i = 0; i < all.size(); i += 2) {
        awaitAwake(all.get(i));
      }
      for (int i = 1; i < all.size(); i += 2) {
        all.get(i).news = () -> true;
        awaitAwake(all.get(i));
      }
    }
  }
}
