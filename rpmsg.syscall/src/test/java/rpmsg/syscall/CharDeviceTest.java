// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CharDeviceTest {

  private static final Path NULL = Path.of("/dev/null");
  private static final CharDevice.Number NULL_NUMBER = new CharDevice.Number(1, 3);
  private static final Path ZERO = Path.of("/dev/zero");
  private static final CharDevice.Number ZERO_NUMBER = new CharDevice.Number(1, 5);

  @TempDir Path folder;
  private final int before = Fd.open();

  @BeforeEach
  @AfterEach
  void nothingIsLeftOpen() {
    assertEquals(before, Fd.open());
  }

  @Test
  void theDeviceThatIsMeantIsOpenedForReadingAndWritingWithoutWaiting() throws Exception {
    try (CharDevice zero = CharDevice.open(ZERO, ZERO_NUMBER);
        Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(16).fill((byte) 7);
      assertEquals(16, zero.write(bytes));
      assertEquals(16, zero.read(bytes));
      assertEquals(-1, bytes.mismatch(arena.allocate(16)));
      assertEquals("/dev/zero", zero.toString());
      long flags = Descriptors.flags(zero.fd());
      assertEquals(FileCalls.O_RDWR, flags & 3);
      assertEquals(FileCalls.O_NONBLOCK, flags & FileCalls.O_NONBLOCK);
      assertEquals(FileCalls.O_CLOEXEC, flags & FileCalls.O_CLOEXEC);
    }
  }

  @Test
  void anotherCharacterDeviceIsRefusedByItsNumber() throws Exception {
    NotTheDeviceException e =
        assertThrows(NotTheDeviceException.class, () -> CharDevice.open(NULL, ZERO_NUMBER));
    assertEquals("/dev/null is device 1:3, not 1:5", e.getMessage());
    CharDevice.check(NULL, NULL_NUMBER);
    assertThrows(NotTheDeviceException.class, () -> CharDevice.check(NULL, ZERO_NUMBER));
  }

  @Test
  void aRegularFileIsRefusedAndLeftAsItWas() throws Exception {
    Path file = Files.writeString(folder.resolve("rpmsg0"), "mine");
    refused(file, "is no character device");
    assertEquals("mine", Files.readString(file));
  }

  @Test
  void aFolderIsRefused() {
    refused(folder, "is no character device");
  }

  @Test
  void aSymbolicLinkIsRefusedEvenToTheDeviceItself() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("rpmsg0"), NULL);
    refused(link, "is no character device");
    Files.delete(link);
  }

  /** A reader of a pipe waits for a writer: were the pipe opened, it would go on. */
  @Test
  void aPipeIsRefusedWithoutWaitingAndWithoutItsReaderNoticing() throws Exception {
    Path pipe = folder.resolve("rpmsg0");
    run("mkfifo", pipe.toString());
    CompletableFuture<Integer> read =
        CompletableFuture.supplyAsync(
            () -> firstByte(pipe), task -> Thread.ofPlatform().start(task));
    refused(pipe, "is no character device");
    assertFalse(read.isDone(), "somebody opened the pipe");
    Files.write(pipe, new byte[] {42});
    assertEquals(42, read.get(30, TimeUnit.SECONDS));
  }

  private static int firstByte(Path pipe) {
    try (var in = Files.newInputStream(pipe)) {
      return in.read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(String... command) throws Exception {
    Process made = new ProcessBuilder(command).inheritIO().start();
    assertTrue(made.waitFor(30, TimeUnit.SECONDS));
    assertEquals(0, made.exitValue());
  }

  private static void refused(Path path, String why) {
    NotTheDeviceException e =
        assertThrows(NotTheDeviceException.class, () -> CharDevice.open(path, NULL_NUMBER));
    assertEquals(path + " " + why, e.getMessage());
  }

  @Test
  void whatIsNotThereIsEnoent() {
    ErrnoException e =
        assertThrows(
            ErrnoException.class, () -> CharDevice.open(folder.resolve("none"), NULL_NUMBER));
    assertEquals(Errno.ENOENT, e.errno());
  }

  @Test
  void anIoctlThatTheDeviceDoesNotKnowIsItsOwnError() throws Exception {
    try (CharDevice device = CharDevice.open(NULL, NULL_NUMBER);
        Arena arena = Arena.ofConfined()) {
      ErrnoException e =
          assertThrows(ErrnoException.class, () -> device.ioctl(0x4028b501, arena.allocate(40)));
      assertEquals("ioctl 0x4028b501 /dev/null: ENOTTY", e.getMessage());
    }
  }

  @Test
  void aClosedDeviceIsEbadf() throws Exception {
    CharDevice device = CharDevice.open(NULL, NULL_NUMBER);
    device.close();
    device.close();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(1);
      assertThrows(ErrnoException.class, () -> device.read(bytes));
      assertThrows(ErrnoException.class, () -> device.write(bytes));
      assertThrows(ErrnoException.class, () -> device.ioctl(0xb502, 0));
    }
  }

  @Test
  void aDeviceNumberIsNotNegative() {
    assertThrows(IllegalArgumentException.class, () -> new CharDevice.Number(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> new CharDevice.Number(0, -1));
  }
}
