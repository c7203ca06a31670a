// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnixListenerTest {

  private final int before = Fd.open();

  @TempDir Path folder;
  private Path path;

  @BeforeEach
  void path() {
    path = folder.resolve("s");
  }

  @AfterEach
  void nothingIsLeftOpen() {
    assertEquals(before, Fd.open());
  }

  @Test
  void aClientIsAccepted() throws Exception {
    try (UnixListener listener = UnixListener.listen(path)) {
      assertNull(listener.tryAccept());
      try (UnixSocket client = UnixSocket.connect(path);
          UnixSocket accepted = listener.tryAccept()) {
        assertTrue(client.fd().isOpen());
        assertNotNull(accepted);
        assertNull(listener.tryAccept());
      }
    }
    assertFalse(Files.exists(path));
  }

  @Test
  void onlyTheOwnerMayConnect() throws Exception {
    try (UnixListener listener = UnixListener.listen(path)) {
      assertTrue(listener.fd().isOpen());
      assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }
  }

  @Test
  void aSocketThatWasLeftBehindIsReplaced() throws Exception {
    leaveSocket(path);
    try (UnixListener listener = UnixListener.listen(path);
        UnixSocket client = UnixSocket.connect(path)) {
      assertTrue(client.fd().isOpen());
      assertNotNull(closed(listener.tryAccept()));
    }
  }

  @Test
  void aSocketInUseIsLeftAlone() throws Exception {
    try (UnixListener first = UnixListener.listen(path)) {
      Exception e = assertThrows(UnixPathException.class, () -> UnixListener.listen(path));
      assertEquals(path + " is in use by another program: give another path", e.getMessage());
      assertNotNull(closed(first.tryAccept()));
      try (UnixSocket client = UnixSocket.connect(path)) {
        assertTrue(client.fd().isOpen());
        assertNotNull(closed(first.tryAccept()));
      }
    }
  }

  @Test
  void aFileIsLeftAlone() throws Exception {
    Files.writeString(path, "precious");
    Exception e = assertThrows(UnixPathException.class, () -> UnixListener.listen(path));
    assertEquals(path + " is there and is no socket: give another path", e.getMessage());
    assertEquals("precious", Files.readString(path));
  }

  @Test
  void aLinkToASocketIsLeftAlone() throws Exception {
    Path target = folder.resolve("target");
    leaveSocket(target);
    Files.createSymbolicLink(path, target);
    assertThrows(UnixPathException.class, () -> UnixListener.listen(path));
    assertTrue(Files.isSymbolicLink(path));
    assertTrue(Files.exists(target));
  }

  @Test
  void aSocketThatTookItsPlaceIsNotRemoved() throws Exception {
    UnixListener first = UnixListener.listen(path);
    Path aside = folder.resolve("aside");
    Files.move(path, aside);
    try (UnixListener second = UnixListener.listen(path)) {
      first.close();
      assertTrue(second.fd().isOpen());
      assertTrue(Files.exists(path));
    }
  }

  @Test
  void aPathMayBe107BytesLong() throws Exception {
    String name = "x".repeat(UnixAddress.MAX_PATH - folder.toString().length() - 1);
    try (UnixListener listener = UnixListener.listen(folder.resolve(name));
        UnixSocket client = UnixSocket.connect(folder.resolve(name))) {
      assertTrue(listener.fd().isOpen() && client.fd().isOpen());
    }
  }

  @Test
  void aLongerPathIsNamed() {
    String name = "x".repeat(UnixAddress.MAX_PATH - folder.toString().length());
    Path tooLong = folder.resolve(name);
    Exception e = assertThrows(UnixPathException.class, () -> UnixListener.listen(tooLong));
    assertEquals(
        "the path of a socket has 1 to 107 bytes, " + tooLong + " has 108: give another path",
        e.getMessage());
    assertThrows(UnixPathException.class, () -> UnixSocket.connect(tooLong));
  }

  @Test
  void aMissingServerIsNamed() throws Exception {
    ErrnoException none = assertThrows(ErrnoException.class, () -> UnixSocket.connect(path));
    assertEquals("connect " + path + ": ENOENT", none.getMessage());
    leaveSocket(path);
    ErrnoException gone = assertThrows(ErrnoException.class, () -> UnixSocket.connect(path));
    assertEquals(Errno.ECONNREFUSED, gone.errno());
  }

  @Test
  void aMissingFolderIsNamed() {
    Path nowhere = folder.resolve("no").resolve("s");
    ErrnoException e = assertThrows(ErrnoException.class, () -> UnixListener.listen(nowhere));
    assertEquals("bind " + nowhere + ": ENOENT", e.getMessage());
  }

  private static Fd closed(UnixSocket accepted) {
    accepted.close();
    return accepted.fd();
  }

  private static void leaveSocket(Path path) throws IOException {
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(path));
    }
  }
}
