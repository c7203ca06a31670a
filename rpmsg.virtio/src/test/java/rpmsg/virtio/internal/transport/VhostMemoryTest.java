// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.vhost.MemoryRegion;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/** The front-end changes its memory table while messages go on. */
@Timeout(120)
class VhostMemoryTest extends VhostTest {
  private static final long MEM_SLOTS = 1 << 15;
  private static final int MOVES = 50;
  private static final int MESSAGES = 5_000;
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final MemoryRegion OTHER = new MemoryRegion(0x1000, 0x2000, 0x9000, 0);

  /** Rings and buffers in two regions of the same file. */
  private static MemoryRegion[] split() {
    long half = 0x10000;
    return new MemoryRegion[] {
      new MemoryRegion(TestGuest.GUEST, half, TestGuest.USER, TestGuest.OFFSET),
      new MemoryRegion(
          TestGuest.GUEST + half,
          TestGuest.MEMORY - half,
          TestGuest.USER + half,
          TestGuest.OFFSET + half)
    };
  }

  @Test
  void trafficGoesOnOverAChangeOfTheTableAndNothingIsLost() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).qemu()) {
      guest.kick(0);
      echo();
      guest.announced();
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger moved = new AtomicInteger();
      Thread mover =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < MOVES && !stop.get(); i++) {
                    front.memory(i % 2 == 0 ? split() : new MemoryRegion[] {TestGuest.region()});
                    moved.incrementAndGet();
                  }
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      for (int i = 0; i < MESSAGES || moved.get() < MOVES && mover.isAlive(); i++) {
        expectEcho(guest, "m" + i);
      }
      mover.join();
      stop.set(true);
      assertEquals(MOVES, moved.get());
      TestNode.await("all buffers", guest::allFree);
      assertEquals(1, node.counter("links"));
      assertEquals(0, node.counter("badEntries"));
    }
  }

  @Test
  void aHeldMessageAndAClaimAreFoundInTheNewMemory() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).qemu()) {
      guest.kick(0);
      RpmsgEndpoint endpoint = holder();
      RpmsgMessage message = heldFrom(guest);
      MemorySegment view = message.payload();
      BufferClaim claim = endpoint.claim(5, 7, LONG);
      MemorySegment claimed = claim.segment();
      front.memory(split());
      assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_BYTE, 0));
      assertThrows(
          IllegalStateException.class, () -> claimed.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
      assertEquals("held", new String(message.toByteArray()));
      MemorySegment.copy(TestNode.bytes("claim"), 0, claim.segment(), 0, 5);
      claim.publish();
      assertEquals("claim", guest.receive().text());
      message.release();
      TestNode.await("the held buffer", guest::allFree);
      assertEquals(1, node.counter("links"));
    }
  }

  @Test
  void regionsComeAndGoOneByOne() throws Exception {
    listen(VhostFeature.MEM_SLOTS);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | MEM_SLOTS).hello();
        Fd other = SharedMemory.create("guest-other", 0x2000)) {
      assertEquals(32, front.ask(VhostRequest.GET_MAX_MEM_SLOTS));
      front.command(VhostMessage.of(VhostRequest.SET_FEATURES, TestFrontend.OFFERED));
      for (MemoryRegion region : split()) {
        front.command(VhostMessage.of(VhostRequest.ADD_MEM_REG, region, guest.memfd));
      }
      for (int queue = 0; queue < 2; queue++) {
        front.ring(queue);
        front.state(VhostRequest.SET_VRING_ENABLE, queue, 1);
      }
      guest.kick(0);
      RpmsgTransport space = node.awaitReady();
      echo();
      guest.announced();
      for (int i = 0; i < 20; i++) {
        front.command(VhostMessage.of(VhostRequest.ADD_MEM_REG, OTHER, other));
        expectEcho(guest, "with");
        assertTrue(node.dump().contains(OTHER.toString()), node.dump());
        front.command(VhostMessage.of(VhostRequest.REM_MEM_REG, OTHER));
        expectEcho(guest, "without");
        assertFalse(node.dump().contains(OTHER.toString()), node.dump());
      }
      assertEquals(space, node.ready.peek());
    }
  }

  @Test
  void aTableWithoutTheRingsIsRefusedAndNamedAndTheNextFrontEndIsServed() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false)) {
      RpmsgTransport space;
      try (TestFrontend front = connect(guest).qemu()) {
        guest.kick(0);
        space = node.awaitReady();
        assertThrows(IOException.class, () -> front.memory(split()[1]));
      }
      TestNode.await("gone", () -> node.ready.isEmpty());
      assertTrue(
          node.log.stream().anyMatch(line -> line.contains("is not wholly inside a region")),
          node.log::toString);
      guest.layOut();
      try (TestFrontend front = connect(guest).qemu()) {
        guest.kick(0);
        nextReady(space);
        echo();
        assertEquals("rpmsg-echo", guest.announced());
        assertTrue(front.channel.fd().isOpen());
      }
    }
  }

  @Test
  void aTableWithoutABufferInUseEndsTheSession() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest).qemu()) {
      guest.kick(0);
      holder();
      RpmsgMessage message = heldFrom(guest);
      front.memory(split()[0]);
      TestNode.await("gone", () -> node.ready.isEmpty());
      assertTrue(
          node.log.stream().anyMatch(line -> line.contains("the new memory lacks the buffer")),
          node.log::toString);
      message.release();
    }
  }

  @Test
  void aFrontEndThatCutsItsMemoryShortEndsItsSessionOnly() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false, true)) {
      RpmsgTransport space;
      try (TestFrontend front = connect(guest).qemu()) {
        guest.kick(0);
        space = node.awaitReady();
        SharedMemory.truncate(guest.memfd, 0);
        guest.kick(1);
        TestNode.await("gone", () -> node.ready.isEmpty());
        assertTrue(front.channel.fd().isOpen());
      }
      TestNode.await(
          "said why",
          () -> node.log.stream().anyMatch(line -> line.contains("cut its memory short")));
      try (TestGuest whole = new TestGuest(false);
          TestFrontend front = connect(whole).qemu()) {
        whole.kick(0);
        nextReady(space);
        echo();
        assertEquals("rpmsg-echo", whole.announced());
        expectEchoes(whole, 10);
        assertTrue(front.channel.fd().isOpen());
      }
    }
  }
}
