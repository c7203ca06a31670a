// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo.State;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.link.VhostOptions;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** Our driver as front-end and our device as back-end of one vhost-user connection. */
@Timeout(180)
class VhostBothRolesTest {

  private static final int MESSAGES = 10_000;

  /** Fewer than there are buffers, so that no echo ever waits for one. */
  private static final int WINDOW = 64;

  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final int before = Fd.open();
  private TestNode host;
  private TestNode remote;

  @AfterEach
  void nothingIsLeftOpen() throws IOException {
    close(host);
    close(remote);
    assertEquals(before, Fd.open());
    String maps = Files.readString(Path.of("/proc/self/maps"));
    assertTrue(maps.lines().noneMatch(line -> line.contains("memfd:rpmsg-vhost")), maps);
  }

  private static void close(TestNode node) {
    if (node != null) {
      node.close();
      assertEquals(List.of(), node.log.stream().filter(VhostBothRolesTest::isOurFault).toList());
    }
  }

  /** What the transport logs of an exception that nobody expected, or of a thread that stays. */
  private static boolean isOurFault(String line) {
    return line.contains("link failed") || line.contains("did not end");
  }

  private TestNode start(Role role, LinkOptions options) {
    String link = "vhost-user:" + folder.resolve("s");
    VhostOptions own = options.vhost();
    VhostOptions vhost = role == Role.HOST ? own.asFrontEnd() : own;
    return TestNode.started(
        TestNode.with(TestNode.config("v", role, link, "", 0), options.withVhost(vhost)));
  }

  private void startHost() {
    host = start(Role.HOST, LinkOptions.DEFAULT);
  }

  private void startRemote() {
    remote = start(Role.REMOTE, LinkOptions.DEFAULT);
  }

  @Test
  void bothAnnounceAndEchoInBothDirections() throws Exception {
    startRemote();
    startHost();
    meetAndEcho(MESSAGES);
  }

  @Test
  void theFrontEndWaitsForABackendThatComesLater() throws Exception {
    startHost();
    TestNode.await("waits", () -> host.transport.reason().contains("start the other side"));
    startRemote();
    meetAndEcho(10);
  }

  @Test
  void theyMeetWithEventIndices() throws Exception {
    LinkOptions events = LinkOptions.DEFAULT.withFeatures(1 | 1L << 29);
    remote = start(Role.REMOTE, events);
    host = start(Role.HOST, events);
    meetAndEcho(MESSAGES);
    assertTrue(host.dump().contains("EVENT_IDX"), host.dump());
  }

  @Test
  void theyMeetWithoutAcknowledgements() throws Exception {
    VhostOptions few = VhostOptions.DEFAULT.withProtocol(EnumSet.of(VhostFeature.BACKEND_REQ));
    remote = start(Role.REMOTE, LinkOptions.DEFAULT.withVhost(few));
    startHost();
    meetAndEcho(100);
  }

  @Test
  void theyMeetWithStatusAndConfiguration() throws Exception {
    VhostOptions more =
        VhostOptions.DEFAULT.withProtocol(
            EnumSet.of(
                VhostFeature.REPLY_ACK,
                VhostFeature.BACKEND_REQ,
                VhostFeature.CONFIG,
                VhostFeature.STATUS));
    LinkOptions options = LinkOptions.DEFAULT.withVhost(more).withConfig(new byte[] {1, 4, 0, 7});
    remote = start(Role.REMOTE, options);
    for (int i = 0; i < 3; i++) {
      host = start(Role.HOST, options);
      meetAndEcho(100);
      assertTrue(host.dump().contains("config status agreed"), host.dump());
      RpmsgTransport old = remote.awaitReady();
      host.close();
      TestNode.await("the remote sees it", () -> !old.isOpen() && !remote.ready.contains(old));
    }
  }

  @Test
  void eitherMayStopInMidTraffic() throws Exception {
    startRemote();
    startHost();
    for (int i = 0; i < 6; i++) {
      RpmsgTransport near = host.awaitReady();
      RpmsgTransport far = remote.awaitReady();
      CompletableFuture<Integer> down = flood(far, near);
      CompletableFuture<Integer> up = flood(near, far);
      if (i % 2 == 0) {
        host.close();
        startHost();
      } else {
        remote.close();
        startRemote();
      }
      assertTrue(down.get(20, TimeUnit.SECONDS) >= WINDOW);
      assertTrue(up.get(20, TimeUnit.SECONDS) >= WINDOW);
      TestNode.await("the host is new", () -> !near.isOpen() && !host.ready.contains(near));
      TestNode.await("the remote is new", () -> !far.isOpen() && !remote.ready.contains(far));
    }
    meetAndEcho(100);
  }

  /** Sends until the link goes; returns when some have arrived. How many went, later. */
  private static CompletableFuture<Integer> flood(RpmsgTransport from, RpmsgTransport to)
      throws Exception {
    Semaphore arrived = new Semaphore(0);
    RpmsgEndpoint sink = to.createEndpoint(RpmsgAddress.ANY, message -> arrived.release());
    RpmsgEndpoint source = from.createEndpoint(RpmsgAddress.ANY, message -> {});
    CompletableFuture<Integer> sent = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          for (int i = 0; ; i++) {
            try {
              source.sendTo(TestNode.bytes("number " + i), sink.address(), LONG);
            } catch (RpmsgException | RuntimeException gone) {
              sent.complete(i);
              return;
            }
          }
        });
    assertTrue(arrived.tryAcquire(WINDOW, 20, TimeUnit.SECONDS));
    return sent;
  }

  @Test
  void theyMeetWithSmallRings() throws Exception {
    LinkOptions small = LinkOptions.DEFAULT.withVrings(128, 4);
    startRemote();
    host = start(Role.HOST, small);
    meetAndEcho(1_000);
  }

  @Test
  void theBackendMayBeRestartedAnyNumberOfTimes() throws Exception {
    startHost();
    for (int i = 0; i < 20; i++) {
      startRemote();
      meetAndEcho(100);
      RpmsgTransport old = host.awaitReady();
      remote.close();
      TestNode.await("the host sees it", () -> !old.isOpen() && !host.ready.contains(old));
    }
  }

  @Test
  void theFrontEndMayBeRestartedAnyNumberOfTimes() throws Exception {
    startRemote();
    for (int i = 0; i < 20; i++) {
      startHost();
      meetAndEcho(100);
      RpmsgTransport old = remote.awaitReady();
      host.close();
      TestNode.await("the remote sees it", () -> !old.isOpen() && !remote.ready.contains(old));
    }
  }

  @Test
  void aSecondFrontEndWaitsUntilTheFirstHasGone() throws Exception {
    startRemote();
    startHost();
    meetAndEcho(10);
    RpmsgTransport old = remote.awaitReady();
    try (TestNode first = host) {
      host = start(Role.HOST, LinkOptions.DEFAULT);
      TestNode.await("waits", () -> host.transport.reason().contains("another front-end"));
      assertEquals(State.READY, first.transport.state());
      assertEquals(State.CONNECTING, host.transport.state());
    }
    TestNode.await("the first goes", () -> !old.isOpen() && !remote.ready.contains(old));
    meetAndEcho(10);
  }

  /** Both announce an echo, and both have all their messages echoed at the same time. */
  private void meetAndEcho(int count) throws Exception {
    RpmsgTransport near = host.awaitReady();
    RpmsgTransport far = remote.awaitReady();
    RpmsgEndpoint up = TestNode.echo(far, "up", RpmsgAddress.ANY);
    assertEquals("+up@" + up.address(), host.nextAnnounced());
    RpmsgEndpoint down = TestNode.echo(near, "down", RpmsgAddress.ANY);
    assertEquals("+down@" + down.address(), remote.nextAnnounced());
    CompletableFuture<Void> fromHost = echoes(near, up.address(), count);
    CompletableFuture<Void> fromRemote = echoes(far, down.address(), count);
    fromHost.get(120, TimeUnit.SECONDS);
    fromRemote.get(120, TimeUnit.SECONDS);
    up.close();
    assertEquals("-up@" + up.address(), host.nextAnnounced());
    down.close();
    assertEquals("-down@" + down.address(), remote.nextAnnounced());
  }

  private static CompletableFuture<Void> echoes(RpmsgTransport from, int to, int count) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            sendAndExpect(from, to, count);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        command -> Thread.ofPlatform().daemon().start(command));
  }

  /** Sends numbered messages to an echo, and expects each of them back, in order. */
  private static void sendAndExpect(RpmsgTransport from, int to, int count) throws Exception {
    Semaphore window = new Semaphore(WINDOW);
    AtomicInteger came = new AtomicInteger();
    AtomicReference<String> wrong = new AtomicReference<>();
    RpmsgEndpoint endpoint =
        from.createEndpoint(
            RpmsgAddress.ANY,
            message -> {
              String expected = "number " + came.getAndIncrement();
              String actual = new String(message.toByteArray());
              if (!expected.equals(actual)) {
                wrong.compareAndSet(null, "expected " + expected + ", came " + actual);
              }
              window.release();
            });
    try (endpoint) {
      for (int i = 0; i < count; i++) {
        assertTrue(window.tryAcquire(20, TimeUnit.SECONDS), "echo " + i + " is missing");
        endpoint.sendTo(TestNode.bytes("number " + i), to, LONG);
      }
      assertTrue(window.tryAcquire(WINDOW, 20, TimeUnit.SECONDS), "the last echo is missing");
    }
    assertNull(wrong.get());
    assertEquals(count, came.get());
  }
}
