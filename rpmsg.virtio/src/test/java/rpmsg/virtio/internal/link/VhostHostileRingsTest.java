// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;
import rpmsg.virtio.internal.transport.TestNode;

/** Rings that mean harm, behind a set-up in which all is right. */
@Timeout(60)
class VhostHostileRingsTest extends VhostHostileNode {

  /** What a driver does on its rings while a session runs. */
  private interface Harm {
    void on(VhostHostileGuest guest, VhostHostileFront front) throws Exception;
  }

  /**
   * @param counter counts it, or the words that name it
   */
  private record Ring(String name, String counter, Harm harm) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Ring> entries() {
    long inside = VhostHostileGuest.GUEST + VhostHostileGuest.buffer(1, 0);
    long end = VhostHostileGuest.GUEST + VhostHostileGuest.SIZE;
    return Stream.of(
        buffer("an address before the memory", VhostHostileGuest.GUEST - 1, 512, 0),
        buffer("an address behind the memory", end, 512, 0),
        buffer("an address over the end", end - 511, 512, 0),
        buffer("address 0", 0, 512, 0),
        buffer("a user address", VhostHostileGuest.USER, 512, 0),
        buffer("address 2^63", Long.MIN_VALUE, 512, 0),
        buffer("an address that wraps", -16, 512, 0),
        buffer("length 0", inside, 0, 0),
        buffer("length 15", inside, 15, 0),
        buffer("length 2^31", inside, Integer.MIN_VALUE, 0),
        buffer("length 2^32 - 1", inside, -1, 0),
        buffer("a chain that is a loop", inside, 512, 1),
        buffer("an indirect table", inside, 512, 4),
        buffer("all flags", inside, 512, -1),
        new Ring(
            "an entry that names no descriptor",
            "badEntries",
            (guest, front) -> guest.post(1, VhostHostileGuest.NUM)),
        new Ring(
            "an entry that names 65535", "badEntries", (guest, front) -> guest.post(1, 0xFFFF)),
        new Ring(
            "a header that says more than there is",
            "badMessages",
            (guest, front) -> {
              guest.memory.set(
                  ValueLayout.JAVA_INT_UNALIGNED, VhostHostileGuest.buffer(1, 0) + 12, 0xFFFF);
              guest.post(1, 0);
              front.kick(1, false);
              assertEquals(0, used(guest, 1));
            }));
  }

  static Ring buffer(String name, long address, int length, int flags) {
    return new Ring(
        name,
        "badEntries",
        (guest, front) -> {
          guest.descriptor(1, 0, address, length, flags);
          guest.post(1, 0);
          front.kick(1, false);
          assertEquals(0, used(guest, 1));
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("entries")
  void badEntriesAreCountedAndTheSessionGoesOn(Ring ring) throws Exception {
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(socket, guest)) {
      front.come(Stage.RUNNING);
      RpmsgTransport space = node.awaitReady();
      long before = node.counter(ring.counter());
      ring.harm().on(guest, front);
      front.kick(1, false);
      TestNode.await(ring.counter(), () -> node.counter(ring.counter()) > before);
      assertEquals(space, node.ready.peek());
      expectEchoes(guest, front);
    }
    expectNothingLeft();
  }

  static Stream<Ring> broken() {
    return Stream.of(
        new Ring(
            "avail.idx jumps",
            "avail.idx expected to move by at most 16, actual 17",
            (guest, front) -> guest.availIndex(1, 17)),
        new Ring(
            "avail.idx goes back",
            "avail.idx expected to move by at most 16, actual 65535",
            (guest, front) -> guest.availIndex(1, -1)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void brokenRingsEndTheSessionWithOneLineAndCanBeSetUpAgain(Ring ring) throws Exception {
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(socket, guest)) {
      front.come(Stage.RUNNING);
      node.awaitReady();
      expectBroken(guest, front, ring);
    }
    expectNothingLeft();
  }

  @Test
  void ringsThatAreBrokenFromTheStartAreNamedAndCanBeSetUpAgain() throws Exception {
    Ring jump =
        new Ring(
            "avail.idx is wrong from the start",
            "avail.idx expected to move by at most 16, actual 1000",
            (guest, front) -> guest.availIndex(0, 1000));
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(socket, guest)) {
      front.come(Stage.UP);
      expectBroken(guest, front, jump);
    }
    expectNothingLeft();
  }

  static void expectBroken(VhostHostileGuest guest, VhostHostileFront front, Ring ring)
      throws Exception {
    node.log.clear();
    long before = node.counter("brokenRings");
    ring.harm().on(guest, front);
    front.kick(1, false);
    node.awaitCounter("brokenRings", before + 1);
    TestNode.await("gone", () -> node.ready.isEmpty());
    front.command(VhostHostileBytes.state(18, 0, 0));
    List<String> said = node.log.stream().filter(l -> l.contains(ring.counter())).toList();
    assertEquals(1, said.size(), node.log::toString);
    assertTrue(said.getFirst().startsWith("error [{}: link down: "), said::toString);
    guest.layOut();
    front.rings(false);
    front.kick(0, false);
    expectEchoes(guest, front);
  }

  @Test
  void aTransmitBufferOutsideTheMemoryIsCounted() throws Exception {
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(socket, guest)) {
      for (int id = 0; id < 5; id++) {
        guest.descriptor(0, id, id, 512, 2);
      }
      long before = node.counter("badTransmitEntries");
      front.come(Stage.RUNNING);
      node.awaitReady();
      TestNode.await("counted", () -> node.counter("badTransmitEntries") == before + 5);
      for (int id = 0; id < 5; id++) {
        assertEquals(id, used(guest, 0));
      }
      expectEchoes(guest, front);
    }
    expectNothingLeft();
  }

  /** Parts of rings that lie over one another, and over the buffers: any of them at one place. */
  @Test
  void ringsThatLieOverOneAnotherHarmNobodyElse() throws Exception {
    Random random = new Random(23);
    for (int i = 0; i < 30; i++) {
      try (VhostHostileGuest guest = new VhostHostileGuest();
          VhostHostileFront front = new VhostHostileFront(socket, guest)) {
        front.hello(VhostHostileFront.PROTOCOL);
        front.memory();
        long[] at = random.longs(6, 0, 8).map(n -> VhostHostileGuest.USER + 0x40 * n).toArray();
        for (int queue = 0; queue < 2; queue++) {
          front.ring(queue, false);
          front.command(
              VhostHostileBytes.address(
                  queue, 0, at[3 * queue], at[3 * queue + 1], at[3 * queue + 2]));
        }
        front.command(VhostHostileBytes.state(18, 0, 1));
        front.command(VhostHostileBytes.state(18, 1, 1));
        scribble(guest, front, random, 50, 0x400);
      }
      expectNothingLeft();
    }
    expectWorking();
    assertTrue(node.log.stream().noneMatch(line -> line.contains("link failed")));
  }

  /** Noise all over the rings, while they run. */
  @Test
  void ringsThatAreScribbledOverHarmNobodyElse() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < 30; i++) {
      try (VhostHostileGuest guest = new VhostHostileGuest();
          VhostHostileFront front = new VhostHostileFront(socket, guest)) {
        front.come(Stage.RUNNING);
        RpmsgTransport space = node.awaitReady();
        AtomicBoolean over = new AtomicBoolean();
        Thread sender = Thread.ofPlatform().start(() -> send(space, over));
        scribble(guest, front, random, 500, 0x8000);
        over.set(true);
        sender.join();
      }
      expectNothingLeft();
    }
    expectWorking();
    assertTrue(node.log.stream().noneMatch(line -> line.contains("link failed")));
  }

  static void scribble(
      VhostHostileGuest guest, VhostHostileFront front, Random random, int times, int reach) {
    for (int i = 0; i < times; i++) {
      short value = (short) (random.nextBoolean() ? random.nextInt(20) : random.nextInt());
      long at = random.nextInt(reach) & -2L;
      guest.memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, value);
      front.kick(i % 2, false);
    }
  }
}
