// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.link.Tables.refused;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** The peer is a plain socket, as another stack would use it. */
@Timeout(60)
class UnixDoorbellTest {

  private static final long SECOND = 1_000_000_000;
  private static final long LONG_WAIT = 30 * SECOND;

  @TempDir Path folder;

  private Path path() {
    return folder.resolve("event");
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path()));
  }

  private ServerSocketChannel listen() throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path()));
  }

  private static void awaitConnected(Doorbell doorbell) {
    assertTrue(doorbell.await(LONG_WAIT));
    assertTrue(doorbell.connected());
  }

  private static byte[] read(SocketChannel from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining()) {
      assertTrue(from.read(bytes) > 0, "no more bytes");
    }
    return bytes.array();
  }

  @Test
  void index0ListensForItsOwnerOnlyAndAcceptsOne() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0)) {
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
      assertFalse(doorbell.connected());
      try (SocketChannel peer = connect()) {
        awaitConnected(doorbell);
        assertThrows(IOException.class, this::connect, "a second client is refused");
        doorbell.ring();
        assertArrayEquals(new byte[] {1}, read(peer, 1));
      }
    }
    assertFalse(Files.exists(path()), "the socket is removed");
  }

  @Test
  void index1TriesUntilTheServerIsThere() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 1)) {
      assertFalse(doorbell.await(20_000_000));
      assertTrue(doorbell.toString().contains("unix:" + path() + " ("), doorbell.toString());
      try (ServerSocketChannel server = listen()) {
        awaitConnected(doorbell);
        try (SocketChannel peer = server.accept()) {
          peer.write(ByteBuffer.wrap(new byte[] {1}));
          assertTrue(doorbell.await(LONG_WAIT));
          doorbell.ring();
          assertArrayEquals(new byte[] {1}, read(peer, 1));
        }
      }
    }
    assertTrue(Files.exists(path()), "the server's socket is not the client's to remove");
  }

  @Test
  void bothIndicesFindEachOther() throws Exception {
    try (Doorbell first = UnixDoorbell.open(path(), 0);
        Doorbell second = UnixDoorbell.open(path(), 1)) {
      awaitConnected(second);
      awaitConnected(first);
      second.ring();
      assertTrue(first.await(LONG_WAIT));
      first.ring();
      assertTrue(second.await(LONG_WAIT));
    }
  }

  @Test
  void ringBeforeTheConnectionIsMadeUpForAfterIt() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0)) {
      doorbell.ring();
      try (SocketChannel peer = connect()) {
        awaitConnected(doorbell);
        assertArrayEquals(new byte[] {1}, read(peer, 1));
      }
    }
  }

  @Test
  void noRingNoByte() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0);
        SocketChannel peer = connect()) {
      awaitConnected(doorbell);
      peer.configureBlocking(false);
      assertEquals(0, peer.read(ByteBuffer.allocate(1)));
    }
  }

  @Test
  void lx139_anyByteIsARingAndAllThatArePendingAreConsumed() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0);
        SocketChannel peer = connect()) {
      awaitConnected(doorbell);
      peer.write(ByteBuffer.wrap(new byte[10_000]));
      assertTrue(doorbell.await(LONG_WAIT));
      assertFalse(doorbell.poll());
      assertFalse(doorbell.await(0));
      peer.write(ByteBuffer.wrap(new byte[] {(byte) 0xff}));
      assertTrue(doorbell.poll());
    }
  }

  @Test
  void floodOfRingsNeverBlocksAndAllocatesNothing() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0);
        SocketChannel peer = connect()) {
      awaitConnected(doorbell);
      assertTimeoutPreemptively(Duration.ofSeconds(20), () -> ring(doorbell, 20_000));
      long before = allocated();
      ring(doorbell, 20_000);
      assertTrue(allocated() - before < 20_000, "less than a byte per ring");
      peer.configureBlocking(false);
      int there = peer.read(ByteBuffer.allocate(100_000));
      assertTrue(there > 0 && there < 40_000, "bytes in the socket: " + there);
    }
  }

  private static void ring(Doorbell doorbell, int count) {
    for (int i = 0; i < count; i++) {
      doorbell.ring();
    }
  }

  private static long allocated() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  @Test
  void ringOfAnyThreadIsFollowedByAByte() throws Exception {
    int threads = 4;
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0);
        SocketChannel peer = connect()) {
      awaitConnected(doorbell);
      for (int round = 0; round < 200; round++) {
        CompletableFuture<?>[] all = new CompletableFuture<?>[threads];
        for (int i = 0; i < threads; i++) {
          all[i] = CompletableFuture.runAsync(doorbell::ring);
        }
        CompletableFuture.allOf(all).get(10, TimeUnit.SECONDS);
        assertArrayEquals(new byte[] {1}, read(peer, 1));
        drain(peer);
      }
    }
  }

  private static void drain(SocketChannel peer) throws IOException {
    peer.configureBlocking(false);
    while (peer.read(ByteBuffer.allocate(16)) > 0) {}
    peer.configureBlocking(true);
  }

  @Test
  void endOfFileIsSeenOnceAndThenWaitsAreQuiet() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0)) {
      SocketChannel peer = connect();
      awaitConnected(doorbell);
      peer.write(ByteBuffer.wrap(new byte[] {1}));
      peer.close();
      assertTrue(doorbell.await(LONG_WAIT));
      assertTrue(doorbell.peerClosed() || doorbell.await(LONG_WAIT));
      assertTrue(doorbell.peerClosed());
      assertFalse(doorbell.connected());
      assertDoesNotThrow(doorbell::ring);
      long start = System.nanoTime();
      assertFalse(doorbell.await(50_000_000));
      assertTrue(System.nanoTime() - start >= 40_000_000, "it waits and does not spin");
    }
  }

  @Test
  void hangUpWithUnreadBytesIsSeenToo() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0)) {
      SocketChannel peer = connect();
      awaitConnected(doorbell);
      doorbell.ring();
      peer.close();
      assertTrue(doorbell.await(LONG_WAIT));
      assertTrue(doorbell.peerClosed());
    }
  }

  @Test
  void linkEndsWhenThePeerHangsUp() throws Exception {
    String shm = "shm:" + folder.resolve("shm");
    try (Link link = Links.open(shm, "unix:" + path(), 0, LinkOptions.DEFAULT)) {
      SocketChannel peer = connect();
      awaitConnected(link.doorbell());
      assertDoesNotThrow(link::check);
      link.config().status(0);
      link.config().driverFeatures(1);
      assertArrayEquals(new byte[] {1, 1}, read(peer, 2), "status and features ring");
      peer.close();
      assertTrue(link.doorbell().await(LONG_WAIT));
      refused(Kind.PEER_CLOSED, link::check);
    }
  }

  @Test
  void wakeEndsTheCurrentAndTheNextAwait() throws Exception {
    try (Doorbell doorbell = UnixDoorbell.open(path(), 0);
        SocketChannel peer = connect()) {
      awaitConnected(doorbell);
      doorbell.wake();
      assertTrue(doorbell.await(LONG_WAIT));
      assertFalse(doorbell.await(1_000_000));
      CompletableFuture<Boolean> waiting =
          CompletableFuture.supplyAsync(() -> doorbell.await(LONG_WAIT));
      doorbell.wake();
      assertTrue(waiting.get(10, TimeUnit.SECONDS));
      assertTrue(peer.isConnected());
    }
  }

  @Test
  void closeEndsAnAwait() throws Exception {
    Doorbell doorbell = UnixDoorbell.open(path(), 0);
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> doorbell.await(LONG_WAIT));
    doorbell.close();
    doorbell.close();
    waiting.get(10, TimeUnit.SECONDS);
    assertFalse(doorbell.peerClosed(), "the peer did not close");
    assertDoesNotThrow(doorbell::ring);
    assertFalse(doorbell.await(LONG_WAIT));
  }

  @Test
  void staleSocketIsReplacedAndAnythingElseIsNot() throws Exception {
    listen().close();
    assertTrue(Files.exists(path()));
    UnixDoorbell.open(path(), 0).close();
    Files.writeString(path(), "mine");
    refused(Kind.SOCKET_PATH, () -> UnixDoorbell.open(path(), 0));
    refused(Kind.SOCKET_PATH, () -> UnixDoorbell.open(path(), 1));
    assertEquals("mine", Files.readString(path()));
  }

  @Test
  void symbolicLinkInPlaceOfTheSocketIsRefused() throws Exception {
    Path target = folder.resolve("other");
    try (var other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(target));
      Files.createSymbolicLink(path(), target);
      refused(Kind.SOCKET_PATH, () -> UnixDoorbell.open(path(), 0));
      assertTrue(Files.isSymbolicLink(path()) && Files.exists(target));
    }
  }

  @Test
  void socketThatIsNoLongerOursIsNotRemoved() throws Exception {
    Doorbell doorbell = UnixDoorbell.open(path(), 0);
    Files.delete(path());
    try (ServerSocketChannel successor = listen()) {
      doorbell.close();
      assertTrue(Files.exists(path()));
      assertTrue(successor.isOpen());
    }
  }

  @Test
  void pathThatIsTooLongOrInNoFolderIsRefusedBeforeTheFileIsMade() {
    String shm = "shm:" + folder.resolve("shm");
    String longPath = "unix:/tmp/" + "x".repeat(103);
    LinkException e =
        refused(Kind.SOCKET_PATH, () -> Links.open(shm, longPath, 0, LinkOptions.DEFAULT));
    assertTrue(e.getMessage().contains("107"), e.getMessage());
    assertFalse(Files.exists(folder.resolve("shm")));
    refused(Kind.SOCKET_PATH, () -> UnixDoorbell.open(folder.resolve("no/event"), 0));
  }
}
