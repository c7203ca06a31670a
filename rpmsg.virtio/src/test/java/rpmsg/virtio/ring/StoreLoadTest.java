// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * One side publishes and asks whether the other wants to be told, while the other one asks to be
 * told and looks once more. Without a full fence on either side both can miss each other (VIRTIO
 * 1.2, sections 2.7.7 and 2.7.10). Each round is one such race, started from a common point.
 */
class StoreLoadTest {

  private static final int MAX_ROUNDS = 100_000;
  private static final long RACE_SECONDS = 5;
  private static final long BOUND_SECONDS = 60;

  private final AtomicInteger arrived = new AtomicInteger();
  private final long start = System.nanoTime();
  private volatile boolean told;
  private volatile boolean over;

  @Test
  void lx124_kickOrRecheckWithFlags() throws Exception {
    kickOrRecheck(Rings.of(4, false));
  }

  @Test
  void lx125_kickOrRecheckWithEvents() throws Exception {
    kickOrRecheck(Rings.of(4, true));
  }

  @Test
  void interruptOrRecheckWithFlags() throws Exception {
    interruptOrRecheck(Rings.of(4, false));
  }

  @Test
  void interruptOrRecheckWithEvents() throws Exception {
    interruptOrRecheck(Rings.of(4, true));
  }

  private void kickOrRecheck(VirtqueueConfig config) throws Exception {
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    device.enableKicks();
    int rounds =
        race(
            () -> {},
            () -> {
              driver.add(0, 512, 0);
              driver.publishAvail();
              return driver.kickNeeded();
            },
            device::enableKicks,
            () -> {
              device.suppressKicks();
              device.addUsed(device.nextAvail(), 512);
              device.publishUsed();
              driver.nextUsed();
            });
    assertEquals(rounds & 0xFFFF, driver.usedIndex());
  }

  private void interruptOrRecheck(VirtqueueConfig config) throws Exception {
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    driver.enableInterrupts();
    int rounds =
        race(
            () -> {
              driver.suppressInterrupts();
              driver.add(0, 512, 0);
              driver.publishAvail();
              device.nextAvail();
            },
            () -> {
              device.addUsed(0, 512);
              device.publishUsed();
              return device.interruptNeeded();
            },
            driver::enableInterrupts,
            driver::nextUsed);
    assertEquals(rounds & 0xFFFF, driver.usedIndex());
  }

  /**
   * Each round: before on one thread, publish and enable at once on two, after on one. Gives the
   * number of rounds, which is what a busy machine has time for.
   */
  private int race(Runnable before, BooleanSupplier publish, BooleanSupplier enable, Runnable after)
      throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<?> publisher = other.submit(() -> publishEachRound(publish));
      int round = 0;
      for (; round < MAX_ROUNDS && elapsed() < RACE_SECONDS; round++) {
        before.run();
        meet(4 * round + 2);
        boolean seen = enable.getAsBoolean();
        meet(4 * round + 4);
        assertTrue(seen || told, "missed each other in round " + round);
        after.run();
      }
      over = true;
      meet(4 * round + 2);
      publisher.get(BOUND_SECONDS, TimeUnit.SECONDS);
      return round;
    } finally {
      other.shutdownNow();
    }
  }

  private void publishEachRound(BooleanSupplier publish) {
    int round = 0;
    for (meet(2); !over; meet(4 * ++round + 2)) {
      told = publish.getAsBoolean();
      meet(4 * round + 4);
    }
  }

  private long elapsed() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
  }

  private void meet(int count) {
    arrived.incrementAndGet();
    for (int spins = 1; arrived.get() < count; spins++) {
      Thread.onSpinWait();
      if (spins % 1000 == 0) {
        assertTrue(elapsed() < BOUND_SECONDS, "the other thread makes no progress");
        Thread.yield();
      }
    }
  }
}
