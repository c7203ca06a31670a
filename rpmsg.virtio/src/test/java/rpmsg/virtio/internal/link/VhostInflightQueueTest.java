// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.InFlight;
import rpmsg.virtio.ring.VirtqueueConfig;
import rpmsg.virtio.ring.VringLayout;

/** A device that is gone at any step, and the one that takes over. */
class VhostInflightQueueTest {

  private static final int NUM = 8;
  private static final int RECEIVES = 1;
  private static final int TRANSMITS = 0;
  private static final int LENGTH = 512;

  private final MemorySegment notes =
      Arena.ofAuto().allocate(VhostInflightQueue.size(NUM), Long.BYTES);
  private final VirtqueueConfig config = ring();
  private final DriverVirtqueue driver = config.driver();
  private final List<Integer> taken = new ArrayList<>();
  private final Set<Integer> done = new HashSet<>();
  private final List<Integer> returned = new ArrayList<>();

  private static VirtqueueConfig ring() {
    VringLayout layout = VringLayout.of(NUM, 4);
    MemorySegment memory = Arena.ofAuto().allocate(layout.size(), 4096);
    return new VirtqueueConfig(memory, 0, layout, ByteOrder.LITTLE_ENDIAN, false);
  }

  private static final class Gone extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Ends the device at its n-th note, before or after that is written. */
  private record Ending(InFlight notes, int[] left, boolean after) implements InFlight {

    private void note(Runnable action) {
      boolean last = left[0]-- == 0;
      if (last && !after) {
        throw new Gone();
      }
      action.run();
      if (last) {
        throw new Gone();
      }
    }

    @Override
    public int[] resume(int usedIndex) {
      return notes.resume(usedIndex);
    }

    @Override
    public boolean done(int id) {
      return notes.done(id);
    }

    @Override
    public void taken(int id) {
      note(() -> notes.taken(id));
    }

    @Override
    public void returned(int id) {
      note(() -> notes.returned(id));
    }

    @Override
    public void added(int id) {
      note(() -> notes.added(id));
    }

    @Override
    public void published(int usedIndex) {
      note(() -> notes.published(usedIndex));
    }
  }

  private VhostInflightQueue queue(int index) throws LinkException {
    return VhostInflightQueue.of(notes, index, NUM);
  }

  private void post(int first, int count) {
    for (int i = first; i < first + count; i++) {
      driver.add(i, LENGTH, 0);
    }
    driver.publishAvail();
  }

  private int take(DeviceVirtqueue device) {
    int id = device.nextAvail();
    if (id != DeviceVirtqueue.NONE) {
      taken.add((int) device.address());
    }
    return id;
  }

  private void add(DeviceVirtqueue device, int id, int buffer) {
    device.addUsed(id, LENGTH);
    done.add(buffer);
  }

  /** Batches, out of order, some given back: 3 of 8 stay in hand. */
  private void work(DeviceVirtqueue device) {
    int a = take(device);
    int b = take(device);
    int c = take(device);
    add(device, b, 1);
    add(device, a, 0);
    device.publishUsed();
    int d = take(device);
    int e = take(device);
    add(device, d, 3);
    device.publishUsed();
    take(device);
    device.giveBackLast();
    take(device);
    int g = take(device);
    add(device, c, 2);
    add(device, g, 6);
    device.publishUsed();
    add(device, e, 4);
  }

  private void collect() {
    for (int id = driver.nextUsed(); id != DriverVirtqueue.NONE; id = driver.nextUsed()) {
      returned.add(id);
    }
  }

  /** The next device does what is left; whatever was posted came back once. */
  private void takeOver(int index) throws LinkException {
    Set<Integer> doneBefore = Set.copyOf(done);
    taken.clear();
    DeviceVirtqueue device = config.device(0, queue(index));
    for (int id = take(device); id != DeviceVirtqueue.NONE; id = take(device)) {
      device.addUsed(id, LENGTH);
      device.publishUsed();
    }
    collect();
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), returned.stream().sorted().toList());
    assertEquals(taken.stream().sorted().toList(), taken, "in the order of the driver");
    if (index == RECEIVES) {
      assertFalse(taken.stream().anyMatch(doneBefore::contains), taken + " after " + doneBefore);
    }
    assertFalse(queue(index).hasSome());
    assertEquals(device.usedIndex(), device.availIndex());
  }

  @ParameterizedTest
  @ValueSource(ints = {TRANSMITS, RECEIVES})
  void whoTakesOverAtAnyStepLosesAndRepeatsNothing(int index) throws Exception {
    boolean ended = true;
    int steps = 0;
    for (; ended; steps++) {
      VhostInflightQueueTest fresh = new VhostInflightQueueTest();
      ended = fresh.endsAt(index, steps / 2, steps % 2 == 1);
    }
    assertTrue(steps > 30, steps + " steps");
  }

  private boolean endsAt(int index, int step, boolean after) throws LinkException {
    post(0, NUM);
    boolean ended = false;
    try {
      work(config.device(0, new Ending(queue(index), new int[] {step}, after)));
    } catch (Gone gone) {
      ended = true;
    }
    collect();
    takeOver(index);
    return ended;
  }

  @Test
  void deviceAfterDeviceGoneAtRandomStepsReturnsEachBufferAsOftenAsItWasPosted() throws Exception {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    int posted = 0;
    for (int round = 0; round < 3_000; round++) {
      while (driver.free() > 0 && random.nextBoolean()) {
        driver.add(posted++, LENGTH, 0);
      }
      driver.publishAvail();
      Ending ending =
          new Ending(queue(RECEIVES), new int[] {random.nextInt(20)}, random.nextBoolean());
      try {
        randomly(config.device(0, ending), random);
      } catch (Gone gone) {
        assertTrue(ending.left()[0] < 0);
      }
      collect();
      assertFalse(driver.broken());
    }
    DeviceVirtqueue last = config.device(0, queue(RECEIVES));
    for (int id = take(last); id != DeviceVirtqueue.NONE; id = take(last)) {
      last.addUsed(id, LENGTH);
    }
    last.publishUsed();
    collect();
    assertEquals(posted, returned.size());
    assertEquals(0, driver.outstanding());
  }

  private void randomly(DeviceVirtqueue device, RandomGenerator random) {
    List<Integer> inHand = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          int id = device.nextAvail();
          if (id != DeviceVirtqueue.NONE) {
            inHand.add(id);
          }
        }
        case 2 -> {
          if (!inHand.isEmpty()) {
            device.addUsed(inHand.remove(random.nextInt(inHand.size())), LENGTH);
          }
        }
        default -> device.publishUsed();
      }
    }
  }

  @Test
  void aMessageThatWasTakenOverAndGivenBackIsThereForTheNextDevice() throws Exception {
    post(0, 3);
    DeviceVirtqueue first = config.device(0, queue(RECEIVES));
    take(first);
    take(first);
    DeviceVirtqueue second = config.device(0, queue(RECEIVES));
    int a = second.nextAvail();
    int b = second.nextAvail();
    assertEquals(b, second.lastTaken());
    second.giveBackLast();
    assertEquals(a, second.lastTaken());
    assertEquals(2, second.availIndex());
    DeviceVirtqueue third = config.device(0, queue(RECEIVES));
    assertEquals(List.of(a, b), List.of(third.nextAvail(), third.nextAvail()));
    assertEquals(2, third.inHand());
  }

  @Test
  void aFreshAreaGoesOnFromTheBase() throws Exception {
    post(0, 4);
    DeviceVirtqueue device = config.device(2, queue(RECEIVES));
    assertEquals(2, device.availIndex());
    take(device);
    assertEquals(List.of(2), taken);
  }

  @Test
  void anAreaOfAnotherRingIsRefused() throws Exception {
    queue(RECEIVES).resume(0);
    String message =
        assertThrows(LinkException.class, () -> VhostInflightQueue.of(notes, 1, NUM / 2))
            .getMessage();
    assertTrue(message.contains("version 1 and 8 descriptors, expected 1 and 4"), message);
    notes.set(JAVA_SHORT_UNALIGNED, 8, (short) 2);
    assertThrows(LinkException.class, () -> queue(RECEIVES));
  }

  @Test
  void whatAFrontEndScribbledThereHarmsNobodyElse() throws Exception {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    byte[] noise = new byte[(int) notes.byteSize()];
    for (int i = 0; i < 2_000; i++) {
      random.nextBytes(noise);
      notes.copyFrom(MemorySegment.ofArray(noise));
      notes.set(JAVA_SHORT_UNALIGNED, 8, (short) 1);
      notes.set(JAVA_SHORT_UNALIGNED, 10, (short) NUM);
      int[] inHand = queue(i & 1).resume(random.nextInt(0x10000));
      Set<Integer> ids = new HashSet<>();
      for (int id : inHand) {
        assertTrue(id >= 0 && id < NUM && ids.add(id));
      }
    }
  }
}
