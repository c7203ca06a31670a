// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;
import rpmsg.virtio.internal.transport.TestNode;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** A device of ours with a thread of its own, for hostile front-ends one after the other. */
abstract class VhostHostileNode {

  static final int ECHO = 0x400;

  @TempDir private static Path folder;
  static Path socket;
  static TestNode node;
  private static int resting;
  private static long bad;

  @BeforeAll
  static void listen() {
    socket = folder.resolve("vhost.sock");
    bad = 0;
    LinkOptions options =
        LinkOptions.DEFAULT.withVhost(
            VhostOptions.DEFAULT.withProtocol(EnumSet.allOf(VhostFeature.class)));
    node =
        TestNode.started(
            TestNode.with(
                TestNode.config("hostile", Role.REMOTE, "vhost-user:" + socket, "", 0), options));
    TestNode.await("listening", () -> node.transport.reason().endsWith("listening"));
    resting = Fd.open();
  }

  @AfterAll
  static void nothingIsLeft() {
    node.close();
    assertEquals(0, VhostHostileDevice.mapped());
    assertTrue(
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().startsWith("rpmsg-hostile")));
  }

  static void expectWorking() throws Exception {
    try (VhostHostileGuest guest = new VhostHostileGuest();
        VhostHostileFront front = new VhostHostileFront(socket, guest)) {
      front.come(Stage.RUNNING);
      expectEchoes(guest, front);
    }
    expectNothingLeft();
  }

  static void expectNothingLeft() {
    TestNode.await("gone", () -> node.ready.isEmpty());
    TestNode.await("no descriptor is left", () -> Fd.open() == resting);
    TestNode.await("no mapping is left", () -> VhostHostileDevice.mapped() == 0);
  }

  /** An announcement and ten echoes. */
  static void expectEchoes(VhostHostileGuest guest, VhostHostileFront front) throws Exception {
    RpmsgTransport space = node.awaitReady();
    try (RpmsgEndpoint echo = TestNode.echo(space, "rpmsg-echo", ECHO)) {
      assertEquals(ECHO, echo.address());
      assertTrue(text(guest, used(guest, 0), 40).startsWith("rpmsg-echo"));
      for (int i = 0; i < 10; i++) {
        guest.send(i, 0x700, ECHO, ("echo " + i).getBytes(ISO_8859_1));
        front.kick(1, false);
        assertEquals("echo " + i, text(guest, used(guest, 0), 6));
        assertEquals(i, used(guest, 1));
      }
    }
  }

  /** The id of the next used buffer, which is waited for. */
  static int used(VhostHostileGuest guest, int queue) {
    int[] id = new int[1];
    TestNode.await("a used buffer", () -> (id[0] = guest.nextUsed(queue)) >= 0);
    return id[0];
  }

  static String text(VhostHostileGuest guest, int id, int length) {
    return new String(guest.received(id, 16 + length), 16, length, ISO_8859_1);
  }

  /** It was counted, and named in one line; there is room for the next one. */
  static void expectBadPeer(String words) {
    node.awaitCounter("badPeers", ++bad);
    TestNode.await("gone", () -> node.ready.isEmpty());
    TestNode.await("listening", () -> node.transport.reason().endsWith("listening"));
    List<String> named = node.log.stream().filter(line -> line.contains(words)).toList();
    assertEquals(1, named.size(), node.log::toString);
  }

  /** Sends until told to stop, or the link goes. */
  static void send(RpmsgTransport space, AtomicBoolean over) {
    try (RpmsgEndpoint endpoint = space.createEndpoint(0x900, message -> {})) {
      while (!over.get()) {
        endpoint.trySendTo(TestNode.bytes("x"), 0x901);
      }
    } catch (RpmsgException gone) {
      over.set(true);
    }
  }
}
