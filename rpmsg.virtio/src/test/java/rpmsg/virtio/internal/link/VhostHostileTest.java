// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** Whatever a front-end says: one line names it, nothing is left, and the next one is served. */
@Timeout(30)
class VhostHostileTest {

  private static final int ECHO_EVERY = 20;

  private static VhostHostileGuest guest;
  private static VhostHostileDevice device;
  private static int resting;
  private static int count;

  @TempDir private static Path folder;

  @BeforeAll
  static void listen() throws IOException, LinkException {
    guest = new VhostHostileGuest();
    device = new VhostHostileDevice(folder.resolve("vhost.sock"));
    resting = Fd.open();
  }

  @AfterAll
  static void nothingIsLeft() {
    device.close();
    guest.close();
    assertEquals(0, VhostHostileDevice.mapped());
  }

  static Stream<VhostHostileCase> cases() {
    return Stream.of(
            VhostHostileHeaders.all(),
            VhostHostileHeaders.running(),
            VhostHostileFields.all(Stage.HELLO),
            VhostHostileFields.all(Stage.RUNNING),
            VhostHostileFields.addresses(Stage.UP),
            VhostHostileFields.addresses(Stage.RUNNING),
            VhostHostileFields.notNegotiated(Stage.BASIC),
            VhostHostileFields.notNegotiated(Stage.BASIC_RUNNING),
            VhostHostileMemory.all(Stage.HELLO),
            VhostHostileMemory.all(Stage.RUNNING),
            VhostHostileOrder.all(),
            VhostHostileAmounts.all(),
            VhostHostileChanges.all())
        .flatMap(java.util.List::stream);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isNamedInOneLineAndTheNextFrontEndIsServed(VhostHostileCase hostile) throws Exception {
    try {
      expectReasonAndNothingElse(hostile);
      expectWorking();
    } catch (IOException | AssertionError e) {
      device.close();
      guest.close();
      listen();
      throw new AssertionError(hostile + ": " + e.getMessage(), e);
    }
  }

  private static void expectReasonAndNothingElse(VhostHostileCase hostile) throws IOException {
    device.failures.clear();
    device.broken.clear();
    try (VhostHostileGuest bad = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(device, bad)) {
      front.come(hostile.stage());
      assertTrue(device.failures.isEmpty(), device.failures::toString);
      hostile.deed().on(front);
      switch (hostile.outcome()) {
        case CLOSED -> expectReason(Kind.BAD_PEER, hostile.words());
        case GONE -> expectReason(Kind.PEER_CLOSED, hostile.words());
        case REFUSED -> {
          expectReason(Kind.BAD_PEER, hostile.words());
          expectRefusal(front);
        }
        default -> {
          assertTrue(device.failures.isEmpty(), device.failures::toString);
          front.ask(VhostHostileBytes.request(1));
        }
      }
      switch (hostile.outcome()) {
        case CLOSED, REFUSED -> assertTrue(front.ended(), "the connection is still there");
        case HARMLESS -> {
          front.hangUp();
          expectReason(Kind.PEER_CLOSED, "closed by the peer");
        }
        default -> {}
      }
      front.hangUp();
      assertEquals(1, device.failures.size(), device.failures::toString);
      expectNothingLeft();
    }
  }

  private static void expectReason(Kind kind, String words) {
    assertEquals(1, device.failures.size(), device.failures::toString);
    LinkException reason = device.failures.getFirst();
    String line = reason.getMessage();
    assertTrue(line.startsWith("vhost-user:" + device.socket + ": "), line);
    assertTrue(line.contains(words), line);
    assertTrue(line.chars().allMatch(c -> c >= ' ' && c < 0x7F), line);
    assertEquals(kind, reason.kind(), line);
  }

  private static void expectRefusal(VhostHostileFront front) {
    byte[] reply = front.reply();
    assertNotNull(reply, "no answer");
    assertEquals(20, reply.length);
    assertNotEquals(0, VhostHostileBytes.buffer(20).put(reply).getLong(12));
    byte[] more = front.reply();
    assertNull(more, "one more answer");
  }

  /** What the device has when nobody is connected. */
  private static void expectNothingLeft() {
    assertEquals(resting, Fd.open());
    assertEquals(2, VhostHostileDevice.mapped(), "more than what the two guests map themselves");
    assertTrue(!device.inUse());
  }

  /** The next front-end, which is a good one. */
  private static void expectWorking() {
    device.failures.clear();
    guest.layOut();
    VhostHostileFront front = new VhostHostileFront(device, guest);
    front.come(Stage.RUNNING);
    front.expectAnnouncement();
    if (count++ % ECHO_EVERY == 0) {
      front.expectEcho();
    }
    assertTrue(device.failures.isEmpty(), device.failures::toString);
    front.hangUp();
    expectReason(Kind.PEER_CLOSED, "closed by the peer");
    assertEquals(resting, Fd.open());
  }
}
