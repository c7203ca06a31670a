// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SharedMemoryTest {

  @Test
  void twoMappingsOfOneFileAreOneMemory() throws Exception {
    try (Fd memory = SharedMemory.create("twice", 0x10000);
        Arena arena = Arena.ofConfined()) {
      MemorySegment whole = SharedMemory.map(memory, 0, 0x10000, arena);
      MemorySegment part = SharedMemory.map(memory, 0x1234, 0x2345, arena);
      assertEquals(0x2345, part.byteSize());
      part.set(JAVA_LONG_UNALIGNED, 0, 0x0123456789ABCDEFL);
      assertEquals(0x0123456789ABCDEFL, whole.get(JAVA_LONG_UNALIGNED, 0x1234));
      whole.set(JAVA_BYTE, 0x1234 + 0x2344, (byte) 7);
      assertEquals(7, part.get(JAVA_BYTE, 0x2344));
    }
  }

  @Test
  void theEndOfTheArenaUnmaps() throws Exception {
    try (Fd memory = SharedMemory.create("unmapped", 4096)) {
      Arena arena = Arena.ofShared();
      MemorySegment mapped = SharedMemory.map(memory, 0, 4096, arena);
      assertTrue(isMapped("unmapped"));
      arena.close();
      assertFalse(isMapped("unmapped"));
      assertThrows(IllegalStateException.class, () -> mapped.get(JAVA_BYTE, 0));
    }
  }

  @Test
  void aMappingOutlivesTheDescriptor() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      Fd memory = SharedMemory.create("outlived", 4096);
      MemorySegment mapped = SharedMemory.map(memory, 0, 4096, arena);
      memory.close();
      mapped.set(JAVA_BYTE, 4095, (byte) 1);
      assertEquals(1, mapped.get(JAVA_BYTE, 4095));
    }
  }

  @Test
  void aClosedArenaKeepsNoMapping() throws Exception {
    Arena arena = Arena.ofShared();
    arena.close();
    try (Fd memory = SharedMemory.create("too-late", 4096)) {
      assertThrows(IllegalStateException.class, () -> SharedMemory.map(memory, 0, 4096, arena));
      assertFalse(isMapped("too-late"));
    }
  }

  @Test
  void farOutInASparseFileIsMappedFromThere() throws Exception {
    long far = 1L << 40;
    try (Fd memory = SharedMemory.create("sparse", far + 8192);
        Arena arena = Arena.ofConfined()) {
      MemorySegment part = SharedMemory.map(memory, far + 100, 8000, arena);
      part.set(JAVA_BYTE, 7999, (byte) 3);
      MemorySegment again = SharedMemory.map(memory, far + 8099, 1, arena);
      assertEquals(3, again.get(JAVA_BYTE, 0));
    }
  }

  @Test
  void aFixedSizeCannotBeChanged() throws Exception {
    try (Fd memory = SharedMemory.create("sealed", 8192)) {
      ErrnoException e =
          assertThrows(ErrnoException.class, () -> SharedMemory.truncate(memory, 4096));
      assertEquals("ftruncate " + memory + " to 4096: EPERM", e.getMessage());
      assertEquals(
          new FileStatus(
              FileStatus.Kind.REGULAR,
              8192,
              FileStatus.of(memory).blockSize(),
              new CharDevice.Number(0, 0)),
          FileStatus.of(memory));
    }
  }

  @Test
  void whatCannotBeMappedIsNamed() throws Exception {
    try (Fd memory = SharedMemory.create("named", 4096);
        EventFd bell = EventFd.create();
        Arena arena = Arena.ofConfined()) {
      assertEquals(
          "mmap 0 bytes at 0: EINVAL",
          assertThrows(ErrnoException.class, () -> SharedMemory.map(memory, 0, 0, arena))
              .getMessage());
      assertEquals(
          Errno.EINVAL,
          assertThrows(ErrnoException.class, () -> SharedMemory.map(memory, -1, 1, arena)).errno());
      assertEquals(
          Errno.EINVAL,
          assertThrows(
                  ErrnoException.class,
                  () -> SharedMemory.map(memory, Long.MAX_VALUE, Long.MAX_VALUE, arena))
              .errno());
      assertEquals(
          "mmap 4096 bytes of " + bell.fd() + " at 0: ENODEV",
          assertThrows(ErrnoException.class, () -> SharedMemory.map(bell.fd(), 0, 1, arena))
              .getMessage());
    }
  }

  @Test
  void theKindsAreTold() throws Exception {
    UnixSocket.Pair pair = UnixSocket.pair();
    try (UnixSocket ours = pair.ours();
        Fd theirs = pair.theirs();
        EventFd bell = EventFd.create()) {
      assertEquals(FileStatus.Kind.SOCKET, FileStatus.of(ours.fd()).kind());
      assertEquals(FileStatus.Kind.SOCKET, FileStatus.of(theirs).kind());
      assertEquals(FileStatus.Kind.ANONYMOUS, FileStatus.of(bell.fd()).kind());
    }
  }

  private static boolean isMapped(String name) throws IOException {
    return Files.readString(Path.of("/proc/self/maps")).contains("/memfd:" + name + " ");
  }
}
