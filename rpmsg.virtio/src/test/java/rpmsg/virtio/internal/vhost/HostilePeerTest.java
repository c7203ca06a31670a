// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.VhostException.Kind;

/** Each message here is wrong in one way, is refused by name, and leaves no descriptor open. */
class HostilePeerTest {

  private final int before = Fd.open();
  private UnixSocket peer;
  private VhostChannel backend;
  private Fd memory;

  @BeforeEach
  void connect() throws IOException {
    memory = SharedMemory.memfd("hostile");
    UnixSocket.Pair pair = UnixSocket.pair();
    peer = pair.ours();
    backend = VhostChannel.backend(UnixSocket.of(pair.theirs()));
  }

  @AfterEach
  void nothingIsLeftOpen() {
    memory.close();
    peer.close();
    backend.close();
    assertEquals(before, Fd.open());
  }

  @Test
  void anUnknownRequest() throws Exception {
    refused("front-end request 99: not known", Raw.message(99, Raw.REQUEST, 0), memory);
  }

  @Test
  void anUnknownNumberWithTheTopBit() throws Exception {
    refused("front-end request 4294967295: not known", Raw.message(-1, Raw.REQUEST, 0));
  }

  @Test
  void anotherVersion() throws Exception {
    refused("GET_FEATURES: version 1 expected, was 2", Raw.message(1, 2, 0));
  }

  @Test
  void unknownFlags() throws Exception {
    refused("GET_FEATURES: flags that are not known: 0x11", Raw.message(1, 0x11, 0), memory);
  }

  @Test
  void aReplyToNoRequest() throws Exception {
    refused("GET_FEATURES: a reply to no request", Raw.message(1, Raw.REPLY, 8, 1));
  }

  @Test
  void tooLittlePayload() throws Exception {
    refused(
        "SET_FEATURES: 8 bytes of payload expected, 4 came",
        Raw.message(2, Raw.REQUEST, 4, 1),
        memory);
  }

  @Test
  void tooMuchPayload() throws Exception {
    refused(
        "SET_MEM_TABLE: 8 to 264 bytes of payload expected, 4294967295 came",
        Raw.message(5, Raw.REQUEST, -1),
        memory);
  }

  @Test
  void aDescriptorThatIsMissing() throws Exception {
    refused("SET_BACKEND_REQ_FD: 1 descriptors expected, 0 came", Raw.message(21, Raw.REQUEST, 0));
  }

  @Test
  void aDescriptorThatIsNotWanted() throws Exception {
    refused("SET_OWNER: 0 descriptors expected, 1 came", Raw.message(3, Raw.REQUEST, 0), memory);
  }

  @Test
  void oneDescriptorTooMany() throws Exception {
    refused(
        "SET_VRING_KICK: 0 to 1 descriptors expected, 2 came",
        Raw.message(12, Raw.REQUEST, 8, 0),
        memory,
        memory);
  }

  @Test
  void aVringWithoutItsDescriptor() throws Exception {
    refused("SET_VRING_CALL: no descriptor came", Raw.message(13, Raw.REQUEST, 8, 1));
  }

  @Test
  void aDescriptorWhereBitEightDeniesIt() throws Exception {
    refused(
        "SET_VRING_CALL: a descriptor came though bit 8 says that none does",
        Raw.message(13, Raw.REQUEST, 8, 0x100),
        memory);
  }

  @Test
  void theEndInTheMiddleOfAMessage() throws Exception {
    Raw.send(peer, Raw.message(12, Raw.REQUEST, 8), memory);
    assertNull(backend.tryReceive());
    peer.close();
    VhostException e = assertThrows(VhostException.class, backend::tryReceive);
    assertEquals(
        "vhost-user connection: closed by the peer in the middle of SET_VRING_KICK",
        e.getMessage());
    assertEquals(Kind.CLOSED, e.kind());
  }

  @Test
  void closingInTheMiddleOfAMessageLeavesNothingOpen() throws Exception {
    Raw.send(peer, Raw.message(12, Raw.REQUEST, 8), memory);
    assertNull(backend.tryReceive());
    int open = Fd.open();
    backend.close();
    assertEquals(open - 2, Fd.open());
  }

  @Test
  void moreDescriptorsInPiecesThanAMessageMayHave() throws Exception {
    MemorySegment bytes = Raw.message(12, Raw.REQUEST, 8, 0);
    for (int i = 0; i < bytes.byteSize(); i++) {
      Raw.send(peer, bytes.asSlice(i, 1), memory, memory, memory, memory, memory, memory);
    }
    VhostException e = assertThrows(VhostException.class, backend::tryReceive);
    assertEquals("vhost-user a header: 12 descriptors came with it", e.getMessage());
    assertEquals(Kind.PROTOCOL, e.kind());
  }

  @Test
  void moreDescriptorsAtOnceThanAMessageMayHave() throws Exception {
    Raw.send(
        peer, Raw.message(3, Raw.REQUEST, 0), Collections.nCopies(8, memory).toArray(Fd[]::new));
    VhostException e = assertThrows(VhostException.class, backend::tryReceive);
    assertEquals("vhost-user SET_OWNER: 0 descriptors expected, 8 came", e.getMessage());
  }

  @Test
  void aReplyToAnotherRequest() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket device = pair.ours();
        VhostChannel frontend = VhostChannel.frontend(UnixSocket.of(pair.theirs()))) {
      Raw.send(device, Raw.message(31, Raw.REPLY, 24, 0, 0, 0), memory);
      VhostMessage request = VhostMessage.of(VhostRequest.GET_FEATURES);
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      VhostException e = assertThrows(VhostException.class, () -> frontend.ask(request, deadline));
      assertEquals("vhost-user GET_FEATURES: a reply to GET_INFLIGHT_FD", e.getMessage());
      assertFalse(frontend.fd().isOpen());
    }
  }

  @Test
  void aReplyMayRepeatTheNeedReplyBit() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket device = pair.ours();
        VhostChannel frontend = VhostChannel.frontend(UnixSocket.of(pair.theirs()))) {
      Raw.send(device, Raw.message(2, Raw.REPLY | 8, 8, 0));
      VhostMessage reply = frontend.tryReceive();
      assertFalse(reply.needsReply());
      assertEquals(0, reply.u64());
    }
  }

  @Test
  void aRequestWhereAReplyIsExpected() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket device = pair.ours();
        VhostChannel frontend = VhostChannel.frontend(UnixSocket.of(pair.theirs()))) {
      Raw.send(device, Raw.message(1, Raw.REQUEST, 0));
      VhostException e = assertThrows(VhostException.class, frontend::tryReceive);
      assertEquals("vhost-user GET_FEATURES: a reply expected, a request came", e.getMessage());
    }
  }

  @Test
  void aConfigurationSizeThatIsNotThere() throws Exception {
    Raw.send(peer, Raw.message(25, Raw.REQUEST, 16, 0xFFFF_FFFF_0000_0000L, 0));
    VhostMessage message = backend.tryReceive();
    VhostException e = assertThrows(VhostException.class, message::config);
    assertEquals("vhost-user SET_CONFIG: says 4294967295 bytes, 4 came", e.getMessage());
  }

  @Test
  void aConfigurationOffsetBeyondTheSpace() throws Exception {
    Raw.send(peer, Raw.message(25, Raw.REQUEST, 16, 4L << 32 | 253, 0));
    VhostMessage message = backend.tryReceive();
    VhostException e = assertThrows(VhostException.class, message::config);
    assertEquals(
        "vhost-user SET_CONFIG: 4 bytes at 253 of a configuration space of 256", e.getMessage());
  }

  @Test
  void anyBytesAtAllAreRefusedOrUnderstood() throws Exception {
    Random random = new Random(20261123);
    for (int round = 0; round < 3000; round++) {
      UnixSocket.Pair pair = UnixSocket.pair();
      try (UnixSocket sender = pair.ours();
          VhostChannel receiver = VhostChannel.backend(UnixSocket.of(pair.theirs()))) {
        int size = random.nextInt(4) * 8;
        MemorySegment bytes =
            Raw.message(
                random.nextInt(45), random.nextInt(16), size, random.longs(5, 0, 0x200).toArray());
        Fd[] fds = new Fd[random.nextInt(3)];
        Arrays.fill(fds, memory);
        Raw.send(sender, bytes, fds);
        drain(receiver);
      }
      assertEquals(before + 3, Fd.open());
    }
  }

  private static void drain(VhostChannel receiver) {
    VhostException end =
        assertThrows(
            VhostException.class,
            () -> {
              while (true) {
                receiver.receive(System.nanoTime()).close();
              }
            });
    assertTrue(end.kind() == Kind.TIMEOUT || end.kind() == Kind.PROTOCOL, end.getMessage());
  }

  private void refused(String message, MemorySegment bytes, Fd... fds) throws IOException {
    int open = Fd.open();
    Raw.send(peer, bytes, fds);
    VhostException e = assertThrows(VhostException.class, backend::tryReceive);
    assertEquals("vhost-user " + message, e.getMessage());
    assertEquals(Kind.PROTOCOL, e.kind());
    assertFalse(backend.fd().isOpen());
    assertEquals(open - 1, Fd.open());
  }
}
