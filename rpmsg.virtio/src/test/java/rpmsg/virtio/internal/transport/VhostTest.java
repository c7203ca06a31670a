// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.RpmsgTransport;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.link.VhostOptions;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** A device of ours that listens, and nothing of it left at the end. */
abstract class VhostTest {
  static final int ECHO = 0x400;

  @TempDir Path folder;
  private final int before = Fd.open();
  private final BlockingQueue<RpmsgMessage> held = new LinkedBlockingQueue<>();
  Path socket;
  TestNode node;

  @BeforeEach
  void choosePath() {
    socket = folder.resolve("s");
  }

  @AfterEach
  void nothingIsLeftOpen() throws IOException {
    if (node != null) {
      node.close();
    }
    assertEquals(before, Fd.open());
    assertFalse(Files.exists(socket));
    assertEquals(0, guestMappings());
  }

  /** How many memories of guests are mapped in this process. */
  static long guestMappings() throws IOException {
    List<String> maps = Files.readAllLines(Path.of("/proc/self/maps"));
    return maps.stream()
        .filter(line -> line.contains("memfd:guest") || line.contains("memfd:rpmsg-inflight"))
        .count();
  }

  void listen(VhostFeature... more) {
    listen(LinkOptions.DEFAULT.withVhost(offering(more)));
  }

  void listen(LinkOptions options) {
    node =
        TestNode.started(
            TestNode.with(
                TestNode.config("vh", Role.REMOTE, "vhost-user:" + socket, "", 0), options));
  }

  static VhostOptions offering(VhostFeature... more) {
    EnumSet<VhostFeature> all = EnumSet.copyOf(VhostOptions.DEFAULT.protocol());
    all.addAll(List.of(more));
    return VhostOptions.DEFAULT.withProtocol(all);
  }

  TestFrontend connect(TestGuest guest) {
    return TestFrontend.connect(guest, socket);
  }

  TestFrontend connect(TestGuest guest, long protocol) {
    TestFrontend front = connect(guest);
    front.wanted = protocol;
    return front;
  }

  /** The address space after the one given, which may be null. */
  RpmsgTransport nextReady(RpmsgTransport last) {
    TestNode.await("ready again", () -> !node.ready.isEmpty() && node.ready.peek() != last);
    return node.ready.peek();
  }

  RpmsgEndpoint echo() throws Exception {
    return TestNode.echo(node.awaitReady(), "rpmsg-echo", ECHO);
  }

  /** An endpoint that holds what it gets. */
  RpmsgEndpoint holder() throws Exception {
    return node.awaitReady()
        .createEndpoint(
            ECHO,
            message -> {
              message.hold();
              held.add(message);
            });
  }

  /** A message of the guest's that {@link #holder} holds. */
  RpmsgMessage heldFrom(TestGuest guest) throws InterruptedException {
    guest.send(7, ECHO, "held");
    return held.poll(20, TimeUnit.SECONDS);
  }

  static void expectEchoes(TestGuest guest, int count) {
    for (int i = 0; i < count; i++) {
      expectEcho(guest, "m" + i);
    }
    TestNode.await("all buffers", guest::allFree);
  }

  static void expectEcho(TestGuest guest, String text) {
    guest.send(7, ECHO, text);
    Frame frame = guest.receive();
    assertEquals(text, frame.text());
    assertEquals(ECHO, frame.src());
    assertEquals(7, frame.dst());
  }
}
