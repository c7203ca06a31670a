// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random calls of both sides against a model made of collections. A failure names its seed; {@code
 * -Drpmsg.seed=...} repeats it.
 */
class VirtqueueModelTest {

  private static final int RUNS = 60;
  private static final int CALLS = 20_000;

  private record Buffer(int id, long address, int length, int flags) {}

  private record Used(int id, int length) {}

  @Test
  void randomCallsAgreeWithTheModel() {
    long seed = Long.getLong("rpmsg.seed", System.nanoTime());
    System.out.println("VirtqueueModelTest: -Drpmsg.seed=" + seed);
    for (int run = 0; run < RUNS; run++) {
      Run model = new Run(new Random(seed + run));
      for (int call = 0; call < CALLS; call++) {
        try {
          model.call();
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("seed " + seed + " run " + run + " call " + call, e);
        }
      }
    }
  }

  /** One pair of queues and what is expected of it. */
  private static final class Run {

    private final Random random;
    private final boolean eventIdx;
    private final int num;
    private final DriverVirtqueue driver;
    private final DeviceVirtqueue device;

    private final Deque<Integer> free = new ArrayDeque<>();
    private final List<Buffer> added = new ArrayList<>();
    private final Deque<Buffer> avail = new ArrayDeque<>();
    private final Map<Integer, Buffer> inHand = new HashMap<>();
    private final List<Used> usedAdded = new ArrayList<>();
    private final Deque<Used> used = new ArrayDeque<>();

    private long published;
    private long kicked;
    private long taken;
    private long usedPublished;
    private long signalled;
    private long usedTaken;

    /** With EVENT_IDX the index asked for, else 0 for on and -1 for off. */
    private long kickWish;

    private long interruptWish;

    Run(Random random) {
      this.random = random;
      eventIdx = random.nextBoolean();
      num = 1 << random.nextInt(7);
      ByteOrder order = random.nextBoolean() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
      VirtqueueConfig config = Rings.of(num, order, eventIdx);
      driver = config.driver();
      device = config.device();
      for (int id = 0; id < num; id++) {
        free.addLast(id);
      }
    }

    void call() {
      switch (random.nextInt(14)) {
        case 0, 1, 2 -> add();
        case 3 -> publishAvail();
        case 4, 5, 6 -> nextAvail();
        case 7, 8 -> addUsed();
        case 9 -> publishUsed();
        case 10, 11 -> nextUsed();
        case 12 -> ask();
        default -> wish();
      }
      check();
    }

    private void add() {
      long address = random.nextInt(4) * 0x1_0000_0001L;
      int length = random.nextInt(3) - 1;
      int flags = random.nextInt(2) * VringFlags.DESC_WRITE;
      int id = driver.add(address, length, flags);
      if (free.isEmpty()) {
        assertEquals(DriverVirtqueue.NONE, id);
      } else {
        assertEquals(free.removeFirst(), id);
        added.add(new Buffer(id, address, length, flags));
      }
    }

    private void publishAvail() {
      assertEquals(!added.isEmpty(), driver.publishAvail());
      published += added.size();
      avail.addAll(added);
      added.clear();
    }

    private void nextAvail() {
      int id = device.nextAvail();
      if (avail.isEmpty()) {
        assertEquals(DeviceVirtqueue.NONE, id);
        return;
      }
      Buffer expected = avail.removeFirst();
      assertEquals(expected, new Buffer(id, device.address(), device.length(), device.flags()));
      inHand.put(id, expected);
      taken++;
    }

    private void addUsed() {
      if (inHand.isEmpty()) {
        return;
      }
      int pick = random.nextInt(inHand.size());
      int id = inHand.keySet().stream().skip(pick).findFirst().orElseThrow();
      Used element = new Used(id, random.nextInt());
      inHand.remove(id);
      device.addUsed(id, element.length());
      usedAdded.add(element);
    }

    private void publishUsed() {
      assertEquals(!usedAdded.isEmpty(), device.publishUsed());
      usedPublished += usedAdded.size();
      used.addAll(usedAdded);
      usedAdded.clear();
    }

    private void nextUsed() {
      int id = driver.nextUsed();
      if (used.isEmpty()) {
        assertEquals(DriverVirtqueue.NONE, id);
        return;
      }
      assertEquals(used.removeFirst(), new Used(id, driver.usedLength()));
      free.addFirst(id);
      usedTaken++;
    }

    private void ask() {
      if (random.nextBoolean()) {
        assertEquals(wanted(kickWish, kicked, published), driver.kickNeeded());
        kicked = published;
      } else {
        assertEquals(wanted(interruptWish, signalled, usedPublished), device.interruptNeeded());
        signalled = usedPublished;
      }
    }

    private void wish() {
      switch (random.nextInt(4)) {
        case 0 -> {
          assertEquals(!avail.isEmpty(), device.enableKicks());
          kickWish = eventIdx ? taken : 0;
        }
        case 1 -> {
          assertEquals(!used.isEmpty(), driver.enableInterrupts());
          interruptWish = eventIdx ? usedTaken : 0;
        }
        case 2 -> {
          device.suppressKicks();
          kickWish = eventIdx ? kickWish : -1;
        }
        default -> {
          driver.suppressInterrupts();
          interruptWish = eventIdx ? interruptWish : -1;
        }
      }
    }

    private boolean wanted(long wish, long before, long now) {
      if (!eventIdx) {
        return now != before && wish == 0;
      }
      for (long index = before; index < now; index++) {
        if ((index & 0xFFFF) == (wish & 0xFFFF)) {
          return true;
        }
      }
      return false;
    }

    private void check() {
      assertEquals(free.size(), driver.free());
      assertEquals(num - free.size(), driver.outstanding());
      assertEquals(inHand.size(), device.inHand());
      assertEquals(published & 0xFFFF, driver.availIndex());
      assertEquals(usedTaken & 0xFFFF, driver.usedIndex());
      assertEquals(taken & 0xFFFF, device.availIndex());
      assertEquals(usedPublished & 0xFFFF, device.usedIndex());
      assertEquals(!avail.isEmpty(), device.hasAvail());
      assertEquals(!used.isEmpty(), driver.hasUsed());
      assertTrue(device.usedIndexIntact());
    }
  }
}
