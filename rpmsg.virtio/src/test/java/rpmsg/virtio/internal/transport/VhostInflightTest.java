// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgTransport;
import rpmsg.syscall.Fd;
import rpmsg.syscall.FileStatus;
import rpmsg.syscall.SharedMemory;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.vhost.VhostInflight;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/** What is in hand is noted in memory that the front-end keeps for the next back-end. */
@Timeout(120)
class VhostInflightTest extends VhostTest {
  private static final long INFLIGHT = 1 << 12;
  private static final long PROTOCOL = TestFrontend.BASIC | INFLIGHT;

  /** Size of the area for two queues of 256: 16 + 256 * 16 each, up to a multiple of 64. */
  private static final long SIZE = 2 * 4160;

  @Test
  void aContainerThatIsKilledAndStartedAgainLosesAndRepeatsNothing() throws Exception {
    int first = 50;
    int all = 100;
    try (TestGuest guest = new TestGuest(false)) {
      try (EchoChild child = EchoChild.start(socket, first);
          TestFrontend front = connect(guest, PROTOCOL).hello()) {
        front.newInflightArea();
        front.qemuStarts();
        guest.kick(0);
        assertEquals("rpmsg-echo", guest.announced());
        for (int i = 0; i < all; i++) {
          guest.send(7, ECHO, "m" + i);
        }
        for (int i = 0; i < first; i++) {
          if (i != EchoChild.ODD_ONE) {
            assertEquals("m" + i, guest.receive().text());
          }
        }
        TestNode.await("the first come back", () -> guest.queue1.usedIndex() >= first - 1);
        child.kill();
      }
      assertEquals(first - 1, guest.queue1.usedIndex());
      try (EchoChild child = EchoChild.start(socket, EchoChild.ALL);
          TestFrontend front = reconnect(guest)) {
        List<String> got = new ArrayList<>();
        boolean announced = false;
        while (got.size() < all - first + 1 || !announced) {
          Frame frame = guest.receive();
          if (frame.dst() == 53) {
            announced = true;
          } else {
            got.add(frame.text());
          }
        }
        for (int i = first; i < all; i++) {
          assertEquals("m" + i, got.get(i - first + 1));
        }
        assertEquals("m" + EchoChild.ODD_ONE, got.getFirst());
        expectEchoes(guest, 3 * TestGuest.NUM);
        expectAllPosted(guest);
        assertTrue(front.channel.fd().isOpen());
        child.kill();
      }
    }
    Files.delete(socket);
  }

  /** What was in the midst of an answer may come twice; nothing else does, and nothing is lost. */
  @Test
  void killedInTheMidstOfAFloodNothingIsLostAndTheOrderStays() throws Exception {
    int kills = 3;
    int sent = 0;
    int expected = 0;
    int repeated = 0;
    try (TestGuest guest = new TestGuest(false)) {
      for (int round = 0; round <= kills; round++) {
        try (EchoChild child = EchoChild.start(socket, EchoChild.ALL);
            TestFrontend front = round == 0 ? connectFirst(guest) : reconnect(guest)) {
          int until = sent + 3_000;
          boolean announced = false;
          while (!announced || expected < until) {
            guest.reclaim();
            while (!guest.free.isEmpty() && sent - expected < 100) {
              guest.send(7, ECHO, "m" + sent++);
            }
            Frame frame = guest.receive();
            if (frame.dst() == 53) {
              announced = true;
            } else if (frame.text().equals("m" + (expected - 1))) {
              repeated++;
            } else {
              assertEquals("m" + expected++, frame.text());
            }
          }
          child.kill();
          assertTrue(front.channel.fd().isOpen());
        }
        while (guest.hasMessage()) {
          Frame frame = guest.receive();
          assertEquals("m" + expected++, frame.text());
        }
      }
      assertTrue(repeated <= kills, repeated + " of " + kills);
    }
    Files.delete(socket);
  }

  private TestFrontend connectFirst(TestGuest guest) throws IOException {
    TestFrontend front = connect(guest, PROTOCOL).hello();
    front.newInflightArea();
    front.qemuStarts();
    guest.kick(0);
    return front;
  }

  /** As QEMU does: from the used index on, and without a kick of the driver. */
  private TestFrontend reconnect(TestGuest guest) throws IOException {
    TestFrontend front = connect(guest, PROTOCOL);
    front.bases = new int[] {guest.queue0.usedIndex(), guest.queue1.usedIndex()};
    return front.qemu();
  }

  private static void expectAllPosted(TestGuest guest) {
    assertEquals(TestGuest.NUM, (guest.queue0.availIndex() - guest.queue0.usedIndex()) & 0xFFFF);
    TestNode.await("all buffers", guest::allFree);
  }

  @Test
  void theAreaHasTheSizeOfItsQueuesAndIsAllZeros() throws Exception {
    listen(VhostFeature.INFLIGHT);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, PROTOCOL).hello();
        VhostMessage reply =
            front.reply(
                VhostMessage.of(VhostRequest.GET_INFLIGHT_FD, new VhostInflight(0, 0, 2, 256)))) {
      assertEquals(new VhostInflight(SIZE, 0, 2, 256), reply.inflight());
      try (Fd memory = reply.takeFd()) {
        assertEquals(SIZE, FileStatus.of(memory).size());
      }
    }
  }

  @Test
  void sessionsOneAfterTheOtherUseTheSameArea() throws Exception {
    listen(VhostFeature.INFLIGHT);
    try (TestGuest guest = new TestGuest(false)) {
      RpmsgTransport space = null;
      for (int round = 0; round < 5; round++) {
        try (TestFrontend front = round == 0 ? connectFirst(guest) : reconnect(guest)) {
          space = nextReady(space);
          echo();
          assertEquals("rpmsg-echo", guest.announced());
          expectEchoes(guest, 100);
          assertTrue(node.dump().contains("in flight: noted for 2 queues of 256"), node.dump());
          assertTrue(front.channel.fd().isOpen());
        }
        TestNode.await("gone", () -> node.ready.isEmpty());
      }
      expectAllPosted(guest);
    }
  }

  @Test
  void areasThatCannotBeAreRefused() throws Exception {
    listen(VhostFeature.INFLIGHT);
    refused("3 queues, there are 2", new VhostInflight(SIZE, 0, 3, 256));
    refused("queues of 0, possible", new VhostInflight(SIZE, 0, 2, 0));
    refused("8319 bytes given, 8320 needed", new VhostInflight(SIZE - 1, 0, 2, 256));
    refused("8320 bytes at 0x8 are not in the file", new VhostInflight(SIZE, 8, 2, 256));
    refused("8320 bytes at 0x8000000000000000", new VhostInflight(SIZE, Long.MIN_VALUE, 2, 256));
  }

  private void refused(String why, VhostInflight area) throws Exception {
    try (TestGuest guest = new TestGuest(false);
        Fd memory = SharedMemory.create("guest-inflight", SIZE);
        TestFrontend front = connect(guest, PROTOCOL).hello()) {
      assertThrows(
          IOException.class,
          () -> front.command(VhostMessage.of(VhostRequest.SET_INFLIGHT_FD, area, memory)));
    }
    TestNode.await("says " + why, () -> node.log.stream().anyMatch(line -> line.contains(why)));
  }

  @Test
  void anAreaTooSmallForTheRingsIsRefused() throws Exception {
    listen(VhostFeature.INFLIGHT);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, PROTOCOL).hello();
        Fd memory = SharedMemory.create("guest-inflight", SIZE)) {
      front.command(
          VhostMessage.of(
              VhostRequest.SET_INFLIGHT_FD, new VhostInflight(SIZE, 0, 2, 128), memory));
      assertThrows(IOException.class, front::qemuStarts);
    }
    TestNode.await(
        "says why", () -> node.log.stream().anyMatch(line -> line.contains("has no place there")));
  }
}
