// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringState;

/** Back-ends that are not there, go away, or say what they may not say. */
@Timeout(120)
class VhostFrontendHostileTest {

  private static final int DRIVER_OK = 15;

  @TempDir Path folder;
  private final int before = Fd.open();
  private VhostFrontendBackend backend;
  private VhostFrontendLink link;
  private Path socket;

  @BeforeEach
  void listen() throws IOException {
    socket = folder.resolve("s");
    backend = new VhostFrontendBackend(socket);
  }

  @AfterEach
  void nothingIsLeftOpen() throws IOException {
    if (link != null) {
      link.close();
    }
    backend.close();
    assertEquals(before, Fd.open());
  }

  private void open() throws LinkException {
    link = VhostFrontendLink.open(socket, VhostFrontendBackend.FRONT_END);
  }

  private LinkException refusedOpen() {
    return assertThrows(LinkException.class, this::open);
  }

  private LinkException refusedStart() throws LinkException {
    open();
    link.config().driverFeatures(link.config().deviceFeatures());
    link.config().status(DRIVER_OK);
    assertEquals(DRIVER_OK, link.config().status());
    assertTrue(link.urgent());
    return failure();
  }

  private LinkException failure() {
    LinkException first = assertThrows(LinkException.class, link::check);
    assertEquals(first, assertThrows(LinkException.class, link::check));
    return first;
  }

  private void start() throws LinkException {
    open();
    link.config().driverFeatures(link.config().deviceFeatures());
    link.config().status(DRIVER_OK);
    link.check();
  }

  /** Waits until the link has something to say, and lets it. */
  private LinkException awaitFailure() {
    long end = VhostFrontendBackend.soon();
    while (!link.urgent() && System.nanoTime() - end < 0) {
      link.doorbell().await(TimeUnit.SECONDS.toNanos(1));
    }
    return failure();
  }

  private void says(Kind kind, String message, LinkException e) {
    assertEquals("vhost-user:" + socket + ": " + message, e.getMessage());
    assertEquals(kind, e.kind());
  }

  @Test
  void nobodyThereIsWaitedFor() throws Exception {
    socket = folder.resolve("nobody");
    LinkException e = refusedOpen();
    assertEquals("nobody listens at " + socket + ": start the other side", e.getMessage());
    assertTrue(e.transientFault());
    socket = folder.resolve("s");
    backend.close();
    assertTrue(refusedOpen().transientFault());
  }

  @Test
  void aFileThatIsNoSocketIsNamed() throws Exception {
    socket = Files.writeString(folder.resolve("text"), "hello");
    LinkException e = refusedOpen();
    assertEquals(
        socket + " is no socket: give the path that the back-end listens at", e.getMessage());
    assertFalse(e.transientFault());
    socket = folder.resolve("x".repeat(200));
    assertEquals(Kind.SOCKET_PATH, refusedOpen().kind());
  }

  @Test
  void aBackendThatNeverAnswersIsLeftAfterABoundedTime() {
    backend.twist = message -> true;
    long begin = System.nanoTime();
    LinkException e = refusedOpen();
    assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(10));
    says(Kind.NOT_READY, "GET_FEATURES: no answer in time; is another front-end connected?", e);
    assertTrue(e.transientFault());
  }

  @Test
  void aBackendThatStopsAnsweringIsLeftAfterABoundedTime() throws Exception {
    backend.twist = message -> message.request() == VhostRequest.SET_VRING_BASE;
    long begin = System.nanoTime();
    LinkException e = refusedStart();
    assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(10));
    says(Kind.NOT_READY, "SET_VRING_BASE: no answer in time; is another front-end connected?", e);
    link.config().status(0);
    assertEquals(0, backend.toldFrom(VhostRequest.GET_VRING_BASE).size());
  }

  @Test
  void aBackendThatGoesIsWaitedForAtEachMessage() throws Exception {
    start();
    link.config().status(0);
    link.close();
    int messages = backend.told.size();
    assertEquals(25, messages);
    for (int last = 1; last <= messages; last++) {
      int from = backend.told.size() + last;
      backend.twist =
          message -> {
            if (backend.told.size() < from) {
              return false;
            }
            backend.channel.close();
            return true;
          };
      LinkException e = goes();
      assertEquals(Kind.PEER_CLOSED, e.kind(), e.getMessage());
      assertTrue(e.getMessage().endsWith("the back-end has gone: wait for it to come back"));
      assertTrue(e.transientFault());
      link.close();
    }
  }

  private LinkException goes() {
    return assertThrows(
        LinkException.class,
        () -> {
          start();
          link.config().status(0);
          link.check();
        });
  }

  @Test
  void aBackendThatDiesInTheMiddleOfAMessageIsWaitedFor() {
    for (int length : new int[] {1, 11, 12, 19}) {
      backend.script = connection -> reply(connection, length, 1, 5, 8);
      LinkException e = refusedOpen();
      says(Kind.PEER_CLOSED, "GET_FEATURES: the back-end has gone: wait for it to come back", e);
    }
  }

  @Test
  void nonsenseIsNamed() {
    plays("vhost-user front-end request 1347703880: not known", "HTTP/1.1 400 Bad Request");
    backend.script = connection -> reply(connection, 20, 1, 1, 8);
    says(Kind.BAD_PEER, "vhost-user GET_FEATURES: a reply expected, a request came", refusedOpen());
    backend.script = connection -> reply(connection, 20, 1, 6, 8);
    says(Kind.BAD_PEER, "vhost-user GET_FEATURES: version 1 expected, was 2", refusedOpen());
    backend.script = connection -> reply(connection, 16, 1, 5, 4);
    says(
        Kind.BAD_PEER,
        "vhost-user GET_FEATURES: 8 bytes of payload expected, 4 came",
        refusedOpen());
    backend.script = connection -> reply(connection, 20, 1, 5, -1);
    says(
        Kind.BAD_PEER,
        "vhost-user GET_FEATURES: 8 bytes of payload expected, 4294967295 came",
        refusedOpen());
    backend.script = connection -> reply(connection, 20, 15, 5, 8);
    says(Kind.BAD_PEER, "vhost-user GET_FEATURES: a reply to GET_PROTOCOL_FEATURES", refusedOpen());
  }

  private void plays(String expected, String text) {
    backend.script =
        connection -> {
          byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
          MemorySegment raw = Arena.ofAuto().allocate(bytes.length);
          raw.copyFrom(MemorySegment.ofArray(bytes));
          connection.trySend(raw, List.of());
          drained(connection);
        };
    says(Kind.BAD_PEER, expected, refusedOpen());
  }

  /** Sends the first bytes of a reply that carries a number, and then ends. */
  private static void reply(UnixSocket to, int length, int request, int flags, int size, Fd... fds)
      throws IOException {
    MemorySegment raw = Arena.ofAuto().allocate(20);
    raw.set(JAVA_INT, 0, request);
    raw.set(JAVA_INT, 4, flags);
    raw.set(JAVA_INT, 8, size);
    to.trySend(raw.asSlice(0, length), List.of(fds));
    drained(to);
  }

  /** Reads both requests of the beginning, so that closing does not reset the connection. */
  private static void drained(UnixSocket socket) throws IOException {
    MemorySegment into = Arena.ofAuto().allocate(24);
    long left = into.byteSize();
    long end = VhostFrontendBackend.soon();
    while (left > 0 && System.nanoTime() - end < 0) {
      int came = socket.tryReceive(into, new ArrayList<>());
      if (came == UnixSocket.END) {
        return;
      }
      left -= came;
    }
  }

  @Test
  void descriptorsWhereNoneBelongAreClosed() {
    backend.script =
        connection -> {
          try (Fd stray = VhostFrontendBackend.stray()) {
            reply(connection, 20, 1, 5, 8, stray, stray);
          }
        };
    says(Kind.BAD_PEER, "vhost-user GET_FEATURES: 0 descriptors expected, 2 came", refusedOpen());
  }

  @Test
  void refusedFeaturesAreNamed() throws Exception {
    backend.twist =
        message -> {
          boolean features = message.request() == VhostRequest.SET_FEATURES;
          if (features) {
            backend.channel.send(message.reply(1), VhostFrontendBackend.soon());
          }
          return features;
        };
    says(Kind.BAD_PEER, "the back-end refuses SET_FEATURES, with 1", refusedStart());
    assertTrue(link.doorbell().poll());
  }

  @Test
  void featuresThatTheStatusRefusesAreNamed() throws Exception {
    backend.protocol |= VhostFeature.STATUS.bit();
    backend.statusMask = ~8;
    says(Kind.BAD_PEER, "the back-end refuses the features 0x100000001", refusedStart());
    assertEquals(0, backend.toldFrom(VhostRequest.SET_MEM_TABLE).size());
  }

  @Test
  void aBaseOfAnotherVringIsNamed() throws Exception {
    start();
    backend.twist =
        message -> {
          boolean base = message.request() == VhostRequest.GET_VRING_BASE;
          if (base) {
            VringState other = new VringState(message.state().index() + 1, 0);
            backend.channel.send(message.reply(other), VhostFrontendBackend.soon());
          }
          return base;
        };
    link.config().status(0);
    says(Kind.BAD_PEER, "GET_VRING_BASE 0: a reply for another vring", failure());
  }

  @Test
  void aReplyThatNobodyAskedForIsNamed() throws Exception {
    start();
    VhostMessage more = VhostMessage.of(VhostRequest.GET_FEATURES).reply(7);
    backend.channel.send(more, VhostFrontendBackend.soon());
    says(Kind.BAD_PEER, "a reply to GET_FEATURES that nobody asked for", awaitFailure());
    link.doorbell().ring();
  }

  @Test
  void aBackendThatGoesIsSeenAtOnce() throws Exception {
    start();
    assertTrue(link.doorbell().connected());
    assertEquals("vhost-user:" + socket + ", connected", link.description());
    backend.close();
    says(Kind.PEER_CLOSED, "the back-end has gone: wait for it to come back", awaitFailure());
    assertTrue(link.doorbell().peerClosed());
    assertFalse(link.doorbell().connected());
    assertEquals("vhost-user:" + socket + ", the back-end has gone", link.description());
    link.doorbell().ring();
    link.config().status(0);
  }

  @Test
  void aRequestThatWasNotAgreedOnIsNamed() throws Exception {
    start();
    VhostMessage call = VhostMessage.of(VhostRequest.BACKEND_VRING_CALL, new VringState(0, 0));
    backend.back.send(call, VhostFrontendBackend.soon());
    says(Kind.BAD_PEER, "BACKEND_VRING_CALL was not agreed on", awaitFailure());
  }

  @Test
  void aBackChannelThatIsClosedIsNotMissed() throws Exception {
    start();
    backend.back.close();
    assertTrue(link.doorbell().await(TimeUnit.SECONDS.toNanos(20)));
    assertTrue(link.urgent());
    link.check();
    assertFalse(link.doorbell().await(1_000_000));
    assertFalse(link.urgent());
    link.check();
    link.config().status(0);
    link.check();
  }

  @Test
  void aFloodOfChangesIsReadInPieces() throws Exception {
    start();
    VhostMessage change = VhostMessage.of(VhostRequest.BACKEND_CONFIG_CHANGE_MSG);
    for (int i = 0; i < 100; i++) {
      backend.back.send(change, VhostFrontendBackend.soon());
    }
    int looks = 0;
    while (link.doorbell().await(10_000_000)) {
      link.check();
      looks++;
    }
    assertTrue(looks >= 100 / 16, looks + " looks");
    assertEquals(DRIVER_OK, link.config().status());
  }

  @Test
  void theNextLinkConnectsAgain() throws Exception {
    for (int i = 0; i < 20; i++) {
      start();
      assertNotNull(link.memory().at(link.pool().offset(), 512));
      if (i % 2 == 0) {
        link.config().status(0);
      }
      link.close();
    }
  }
}
