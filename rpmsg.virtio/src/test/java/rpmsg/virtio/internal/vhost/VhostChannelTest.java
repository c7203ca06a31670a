// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.VhostException.Kind;

class VhostChannelTest {

  private final int before = Fd.open();
  private VhostChannel frontend;
  private VhostChannel backend;

  @BeforeEach
  void connect() throws IOException {
    UnixSocket.Pair pair = UnixSocket.pair();
    frontend = VhostChannel.frontend(pair.ours());
    backend = VhostChannel.backend(UnixSocket.of(pair.theirs()));
  }

  @AfterEach
  void nothingIsLeftOpen() {
    frontend.close();
    backend.close();
    assertEquals(before, Fd.open());
  }

  @Test
  void aRequestIsAnswered() throws Exception {
    CompletableFuture<Void> device =
        CompletableFuture.runAsync(() -> {
          try (VhostMessage request = backend.receive(soon())) {
            assertEquals("GET_FEATURES 0 bytes 0 fds", request.toString());
            backend.send(request.reply(1L << 32 | 1), soon());
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    try (VhostMessage reply = frontend.ask(VhostMessage.of(VhostRequest.GET_FEATURES), soon())) {
      assertEquals(0x1_0000_0001L, reply.u64());
      assertTrue(reply.isReply());
    }
    device.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aRequestThatGetsNoReplyIsNotAsked() {
    VhostMessage request = VhostMessage.of(VhostRequest.SET_OWNER);
    assertThrows(IllegalArgumentException.class, () -> frontend.ask(request, soon()));
  }

  @Test
  void aReplyThatIsWantedIsANumber() throws Exception {
    frontend.send(VhostMessage.of(VhostRequest.SET_FEATURES, 7).needingReply(), soon());
    try (VhostMessage request = backend.receive(soon())) {
      assertTrue(request.needsReply());
      assertEquals(7, request.u64());
      backend.send(request.reply(0), soon());
    }
    try (VhostMessage reply = frontend.receive(soon())) {
      assertEquals("SET_FEATURES reply 8 bytes 0 fds", reply.toString());
      assertEquals(0, reply.u64());
    }
  }

  @Test
  void allPayloadsArriveAsTheyWere() throws Exception {
    VringState state = new VringState(1, 256);
    VringAddress address = new VringAddress(1, 0, 0x7F00_0000_1000L, 2, 3, 4);
    VhostConfig config = new VhostConfig(8, 1, MemorySegment.ofArray(new byte[] {1, 2, 3}));
    VhostInflight inflight = new VhostInflight(4096, 8192, 65535, 256);
    frontend.send(VhostMessage.of(VhostRequest.SET_VRING_NUM, state), soon());
    frontend.send(VhostMessage.of(address), soon());
    frontend.send(VhostMessage.of(VhostRequest.SET_CONFIG, config), soon());
    frontend.send(VhostMessage.of(VhostRequest.GET_INFLIGHT_FD, inflight), soon());
    assertEquals(state, receive(VhostRequest.SET_VRING_NUM).state());
    assertEquals(address, receive(VhostRequest.SET_VRING_ADDR).address());
    VhostConfig came = receive(VhostRequest.SET_CONFIG).config();
    assertEquals(8, came.offset());
    assertEquals(1, came.flags());
    assertEquals(-1, came.bytes().mismatch(config.bytes()));
    assertEquals(inflight, receive(VhostRequest.GET_INFLIGHT_FD).inflight());
  }

  @Test
  void repliesWithPayloadsOfTheirOwnArrive() throws Exception {
    frontend.send(VhostMessage.of(VhostRequest.GET_VRING_BASE, new VringState(1, 0)), soon());
    backend.send(receive(VhostRequest.GET_VRING_BASE).reply(new VringState(1, 77)), soon());
    assertEquals(new VringState(1, 77), frontend.receive(soon()).state());
    VhostConfig empty = new VhostConfig(0, 0, MemorySegment.ofArray(new byte[4]));
    frontend.send(VhostMessage.of(VhostRequest.GET_CONFIG, empty), soon());
    backend.send(receive(VhostRequest.GET_CONFIG).refusal(), soon());
    VhostMessage refusal = frontend.receive(soon());
    VhostException e = assertThrows(VhostException.class, refusal::config);
    assertEquals("vhost-user GET_CONFIG: the peer has no such configuration space", e.getMessage());
  }

  @Test
  void aDescriptorIsTheReceiversFromThenOn() throws Exception {
    try (EventFd kick = EventFd.create()) {
      frontend.send(VhostMessage.vringFd(VhostRequest.SET_VRING_KICK, 1, kick.fd()), soon());
      VhostMessage message = receive(VhostRequest.SET_VRING_KICK);
      assertEquals(1, message.vringIndex());
      try (EventFd received = EventFd.of(message.takeFd())) {
        message.close();
        assertNull(message.takeFd());
        assertTrue(kick.signal());
        assertTrue(received.drain());
      }
    }
  }

  @Test
  void aDescriptorThatNobodyTookIsClosedWithTheMessage() throws Exception {
    try (EventFd call = EventFd.create()) {
      int open = Fd.open();
      frontend.send(VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, 0, call.fd()), soon());
      VhostMessage message = receive(VhostRequest.SET_VRING_CALL);
      assertEquals(open + 1, Fd.open());
      message.close();
      assertEquals(open, Fd.open());
    }
  }

  @Test
  void noDescriptorCanBeSaid() throws Exception {
    frontend.send(VhostMessage.vringFd(VhostRequest.SET_VRING_ERR, 255, null), soon());
    VhostMessage message = receive(VhostRequest.SET_VRING_ERR);
    assertEquals(255, message.vringIndex());
    assertNull(message.takeFd());
  }

  @Test
  void theBackChannelHasRequestsOfItsOwn() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (VhostChannel ours = VhostChannel.frontendReplies(pair.ours())) {
      frontend.send(VhostMessage.of(VhostRequest.SET_BACKEND_REQ_FD, pair.theirs()), soon());
      pair.theirs().close();
      Fd received = receive(VhostRequest.SET_BACKEND_REQ_FD).takeFd();
      try (VhostChannel theirs = VhostChannel.backendRequests(UnixSocket.of(received))) {
        VringState vring = new VringState(1, 0);
        theirs.send(VhostMessage.of(VhostRequest.BACKEND_VRING_CALL, vring), soon());
        VhostMessage call = ours.receive(soon());
        assertEquals(VhostRequest.BACKEND_VRING_CALL, call.request());
        assertEquals(vring, call.state());
        VhostMessage change = VhostMessage.of(VhostRequest.BACKEND_CONFIG_CHANGE_MSG);
        theirs.send(change.needingReply(), soon());
        ours.send(ours.receive(soon()).reply(0), soon());
        assertEquals(0, theirs.receive(soon()).u64());
      }
    }
  }

  @Test
  void whatAnEndMayNotSendIsRefusedHere() {
    VhostMessage request = VhostMessage.of(VhostRequest.GET_FEATURES);
    assertThrows(IllegalArgumentException.class, () -> backend.send(request, soon()));
    assertThrows(IllegalArgumentException.class, () -> frontend.send(request.reply(1), soon()));
    VhostMessage withoutFd = VhostMessage.of(VhostRequest.SET_BACKEND_REQ_FD);
    assertThrows(IllegalArgumentException.class, () -> frontend.send(withoutFd, soon()));
    VhostMessage withoutNumber = VhostMessage.of(VhostRequest.SET_FEATURES);
    assertThrows(IllegalArgumentException.class, () -> frontend.send(withoutNumber, soon()));
    VhostMessage ofTheOther = VhostMessage.of(VhostRequest.BACKEND_CONFIG_CHANGE_MSG);
    assertThrows(IllegalArgumentException.class, () -> frontend.send(ofTheOther, soon()));
    assertTrue(frontend.fd().isOpen() && backend.fd().isOpen());
  }

  @Test
  void receivingEndsInTimeAndCanBeDoneAgain() throws Exception {
    VhostException e = assertThrows(VhostException.class, () -> backend.receive(System.nanoTime()));
    assertEquals(Kind.TIMEOUT, e.kind());
    frontend.send(VhostMessage.of(VhostRequest.SET_OWNER), soon());
    assertNotNull(backend.tryReceive());
  }

  @Test
  void aPeerThatTakesNothingEndsSendingInTime() {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
    VhostMessage kick = VhostMessage.of(VhostRequest.VRING_KICK, new VringState(0, 0));
    VhostException e =
        assertThrows(
            VhostException.class,
            () -> {
              for (int i = 0; i < 1_000_000; i++) {
                frontend.send(kick, deadline);
              }
            });
    assertEquals(Kind.TIMEOUT, e.kind());
    assertTrue(System.nanoTime() >= deadline);
  }

  @Test
  void noMessageIsCutWhenThereIsNoRoomForMore() throws Exception {
    VhostMessage kick = VhostMessage.of(VhostRequest.VRING_KICK, new VringState(0, 0));
    int sent = 0;
    try {
      while (sent < 1_000_000) {
        frontend.send(kick, System.nanoTime());
        sent++;
      }
    } catch (VhostException full) {
      assertEquals(Kind.TIMEOUT, full.kind());
    }
    for (int i = 0; i < sent; i++) {
      assertEquals(VhostRequest.VRING_KICK, backend.tryReceive().request());
    }
    assertNull(backend.tryReceive());
    frontend.send(kick, soon());
    assertNotNull(backend.tryReceive());
  }

  @Test
  void aThreadThatReceivesIsWokenByClose() throws Exception {
    CompletableFuture<Kind> receiver =
        CompletableFuture.supplyAsync(
            () -> assertThrows(VhostException.class, () -> backend.receive(soon())).kind());
    backend.close();
    assertEquals(Kind.CLOSED, receiver.get(20, TimeUnit.SECONDS));
  }

  @Test
  void thePeersEndIsSeenAfterItsLastMessage() throws Exception {
    frontend.send(VhostMessage.of(VhostRequest.SET_OWNER), soon());
    frontend.close();
    assertNotNull(backend.tryReceive());
    VhostException e = assertThrows(VhostException.class, backend::tryReceive);
    assertEquals("vhost-user connection: closed by the peer", e.getMessage());
    assertEquals(Kind.CLOSED, e.kind());
    assertFalse(backend.fd().isOpen());
    VhostMessage reply = VhostMessage.of(VhostRequest.SET_OWNER).reply(0);
    VhostException after = assertThrows(VhostException.class, () -> backend.send(reply, soon()));
    assertEquals(Kind.CLOSED, after.kind());
  }

  @Test
  void aMessageInPiecesIsPutTogether() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket peer = pair.ours();
        VhostChannel channel = VhostChannel.backend(UnixSocket.of(pair.theirs()));
        Fd memory = SharedMemory.memfd("pieces")) {
      MemorySegment bytes = Raw.message(12, Raw.REQUEST, 8, 1);
      Raw.send(peer, bytes.asSlice(0, 1), memory);
      for (int i = 1; i < bytes.byteSize(); i++) {
        assertNull(channel.tryReceive());
        Raw.send(peer, bytes.asSlice(i, 1));
      }
      try (VhostMessage message = channel.tryReceive()) {
        assertEquals("SET_VRING_KICK 8 bytes 1 fds", message.toString());
      }
    }
  }

  @Test
  void descriptorsBelongToTheMessageTheyCameWith() throws Exception {
    try (EventFd bell = EventFd.create()) {
      frontend.send(VhostMessage.of(VhostRequest.SET_OWNER), soon());
      frontend.send(VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, 0, bell.fd()), soon());
      frontend.send(VhostMessage.of(VhostRequest.SET_FEATURES, 1), soon());
      assertEquals("SET_OWNER 0 bytes 0 fds", backend.tryReceive().toString());
      try (VhostMessage call = backend.tryReceive()) {
        assertEquals("SET_VRING_CALL 8 bytes 1 fds", call.toString());
      }
      assertEquals("SET_FEATURES 8 bytes 0 fds", backend.tryReceive().toString());
    }
  }

  @Test
  void manyThreadsMaySend() throws Exception {
    int each = 200;
    Runnable sender =
        () -> {
          for (int i = 0; i < each; i++) {
            try {
              frontend.send(VhostMessage.of(VhostRequest.SET_STATUS, i), soon());
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    List<CompletableFuture<Void>> senders =
        List.of(CompletableFuture.runAsync(sender), CompletableFuture.runAsync(sender));
    long sum = 0;
    for (int i = 0; i < 2 * each; i++) {
      sum += backend.receive(soon()).u64();
    }
    assertEquals((long) each * (each - 1), sum);
    for (CompletableFuture<Void> one : senders) {
      one.get(30, TimeUnit.SECONDS);
    }
  }

  @Test
  void aPayloadCannotBeWritten() throws Exception {
    frontend.send(VhostMessage.of(VhostRequest.SET_FEATURES, 1), soon());
    MemorySegment payload = receive(VhostRequest.SET_FEATURES).payload();
    assertThrows(
        IllegalArgumentException.class, () -> payload.set(ValueLayout.JAVA_BYTE, 0, (byte) 1));
  }

  private VhostMessage receive(VhostRequest expected) throws IOException {
    VhostMessage message = backend.receive(soon());
    assertEquals(expected, message.request());
    return message;
  }

  private static long soon() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
  }
}
