// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The two sides on two threads: what is written before an index must be there behind it, and no
 * side may sleep while the other one has something for it.
 */
class VirtqueueThreadsTest {

  private static final long BOUND_SECONDS = 60;

  @Test
  void elementsAreVisibleBehindTheirIndex() throws Exception {
    exchange(Rings.of(256, LITTLE_ENDIAN, false), 1_000_000, new Spin(), new Spin());
  }

  @Test
  void elementsAreVisibleBehindTheirIndexInAForeignByteOrder() throws Exception {
    exchange(Rings.of(8, BIG_ENDIAN, true), 300_000, new Spin(), new Spin());
  }

  @Test
  void lx124_noWakeUpIsLostWithFlags() throws Exception {
    exchange(Rings.of(4, LITTLE_ENDIAN, false), 200_000, new Bell(), new Bell());
  }

  @Test
  void lx125_noWakeUpIsLostWithEvents() throws Exception {
    exchange(Rings.of(4, LITTLE_ENDIAN, true), 200_000, new Bell(), new Bell());
  }

  /** How a side waits and how it is woken. */
  private interface Doorbell {
    void ring();

    void await() throws InterruptedException;
  }

  /** Never sleeps, and gives up when the whole test has had its time. */
  private static final class Spin implements Doorbell {

    private final long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);

    @Override
    public void ring() {}

    @Override
    public void await() {
      assertTrue(System.nanoTime() - deadline < 0, "no progress");
      Thread.yield();
    }
  }

  /** Sleeps until it is rung; only a lost wake-up lets it sleep for this long. */
  private static final class Bell implements Doorbell {

    private final Semaphore pending = new Semaphore(0);

    @Override
    public void ring() {
      pending.release();
    }

    @Override
    public void await() throws InterruptedException {
      assertTrue(pending.tryAcquire(20, TimeUnit.SECONDS), "wake-up lost");
      pending.drainPermits();
    }
  }

  private static void exchange(
      VirtqueueConfig config, int messages, Doorbell driverBell, Doorbell deviceBell)
      throws Exception {
    MemorySegment buffers = Arena.ofAuto().allocate(8L * config.num(), 8);
    DriverVirtqueue driver = config.driver();
    DeviceVirtqueue device = config.device();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> there =
          threads.submit(() -> receive(device, buffers, messages, deviceBell, driverBell));
      Future<?> here =
          threads.submit(() -> send(driver, buffers, messages, driverBell, deviceBell));
      here.get(BOUND_SECONDS, TimeUnit.SECONDS);
      there.get(BOUND_SECONDS, TimeUnit.SECONDS);
    } finally {
      threads.shutdownNow();
      assertTrue(threads.awaitTermination(BOUND_SECONDS, TimeUnit.SECONDS));
    }
    assertEquals(0, device.badEntries());
    assertEquals(messages & 0xFFFF, device.usedIndex());
  }

  private static Void send(
      DriverVirtqueue driver, MemorySegment buffers, int messages, Doorbell own, Doorbell peer)
      throws InterruptedException {
    int[] expected = new int[driver.config().num()];
    for (int next = 0, back = 0; back < messages; ) {
      while (next < messages && driver.free() > 0) {
        int id = driver.add(next, ~next, next & 0xFFFF);
        buffers.set(JAVA_LONG, 8L * id, next * 3L);
        expected[id] = next++ * 5;
      }
      if (driver.publishAvail() && driver.kickNeeded()) {
        peer.ring();
      }
      int before = back;
      for (int id; (id = driver.nextUsed()) != DriverVirtqueue.NONE; back++) {
        assertEquals(expected[id], driver.usedLength());
      }
      if (back == before && !driver.enableInterrupts()) {
        own.await();
        driver.suppressInterrupts();
      }
    }
    return null;
  }

  private static Void receive(
      DeviceVirtqueue device, MemorySegment buffers, int messages, Doorbell own, Doorbell peer)
      throws InterruptedException {
    for (int seen = 0; seen < messages; ) {
      int before = seen;
      for (int id; (id = device.nextAvail()) != DeviceVirtqueue.NONE; seen++) {
        assertEquals(seen, device.address());
        assertEquals(~seen, device.length());
        assertEquals(seen & 0xFFFF, device.flags());
        assertEquals(seen * 3L, buffers.get(JAVA_LONG, 8L * id));
        device.addUsed(id, seen * 5);
      }
      if (device.publishUsed() && device.interruptNeeded()) {
        peer.ring();
      }
      if (seen == before && !device.enableKicks()) {
        own.await();
        device.suppressKicks();
      }
    }
    return null;
  }
}
