// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.link.Tables.refused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.virtio.internal.link.LinkException.Kind;

class FileLinkTest {

  @TempDir Path folder;

  private Link open(Path path, int index) throws LinkException {
    return Links.open("shm:" + path, "poll", index, LinkOptions.DEFAULT);
  }

  private Path file() {
    return folder.resolve("link.shm");
  }

  @Test
  void index0CreatesFileAndTableForItsOwnerOnly() throws Exception {
    try (Link link = open(file(), 0)) {
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
      assertEquals(0x80000, Files.size(file()));
      byte[] head = new byte[0x58];
      ByteBuffer.wrap(Files.readAllBytes(file())).get(head);
      assertArrayEquals(new TableLayout(LinkOptions.DEFAULT).bytes(), head);
      assertEquals(new Pool(0x10000, 0x70000), link.pool());
      assertEquals("shm:" + file() + " index 0, doorbell poll", link.description());
    }
    assertTrue(Files.exists(file()), "the file is never removed");
  }

  @Test
  void bothIndicesSeeOneMemoryAndOneConfiguration() throws Exception {
    LinkOptions options = LinkOptions.DEFAULT.withFeatures(5).withConfig(new byte[] {3, -2});
    try (Link first = Links.open("shm:" + file(), "poll", 0, options);
        Link second = open(file(), 1)) {
      Tables.memory(first).set(JAVA_BYTE, 0x10000, (byte) 42);
      assertEquals(42, Tables.memory(second).get(JAVA_BYTE, 0x10000));
      assertEquals(5, second.config().deviceFeatures());
      second.config().driverFeatures(0xFFFF_FFFFL);
      assertEquals(0xFFFF_FFFFL, first.config().driverFeatures());
      first.config().status(0x8f);
      assertEquals(0x8f, second.config().status());
      assertEquals(Tables.vring(first, 1), Tables.vring(second, 1));
      assertDoesNotThrow(first::check);
      assertDoesNotThrow(second::check);
      assertEquals(0xfe, second.config().config(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void lx140_configOutOfRangeIsRefused(int offset) throws Exception {
    LinkOptions options = LinkOptions.DEFAULT.withConfig(new byte[] {3, 4});
    try (Link link = Links.open("shm:" + file(), "poll", 0, options)) {
      assertEquals(2, link.config().configLength());
      assertThrows(IndexOutOfBoundsException.class, () -> link.config().config(offset));
    }
  }

  @Test
  void layoutOfTheTableWinsOverTheOptionsOfIndex1() throws Exception {
    LinkOptions large = LinkOptions.DEFAULT.withVrings(1024, 64).withSizes(0, 0x200000);
    try (Link first = Links.open("shm:" + file(), "poll", 0, large);
        Link second = open(file(), 1)) {
      assertEquals(1024, Tables.vring(second, 0).num());
      assertEquals(first.pool(), second.pool());
      assertTrue(second.pool().size() >= 0x200000);
    }
  }

  @Test
  void lx025_index1AsHostNumbersTheVrings() throws Exception {
    LinkOptions host = LinkOptions.DEFAULT.withAssignNotifyIds(true);
    try (Link first = open(file(), 0);
        Link second = Links.open("shm:" + file(), "poll", 1, host)) {
      assertEquals(0, Tables.vring(second, 0).notifyId());
      assertEquals(1, Tables.vring(second, 1).notifyId());
      assertDoesNotThrow(first::check);
    }
  }

  @Test
  void fileOfAnEarlierRunIsReusedAndItsRingsAreLeft() throws Exception {
    try (Link link = open(file(), 0)) {
      Tables.memory(link).set(JAVA_BYTE, 0x4000, (byte) 1);
      link.config().status(7);
    }
    Object before = key(file());
    try (Link link = open(file(), 0)) {
      assertEquals(before, key(file()));
      assertEquals(0, link.config().status());
      assertEquals(1, Tables.memory(link).get(JAVA_BYTE, 0x4000));
    }
  }

  @Test
  void shorterFileGrowsAndLongerFileIsNotCut() throws Exception {
    Files.write(file(), new byte[100]);
    open(file(), 0).close();
    assertEquals(0x80000, Files.size(file()));
    Files.write(file(), new byte[0x1000], StandardOpenOption.APPEND);
    try (Link link = open(file(), 0)) {
      assertEquals(0x81000, Files.size(file()));
      assertEquals(0x81000, Tables.memory(link).byteSize());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "#!/bin/sh\n", "\u007fELF and more than the 88 bytes of a table ........"})
  void foreignFileIsRefusedAndLeftAsItWas(String content) throws Exception {
    Files.writeString(file(), content);
    refused(Kind.BAD_TABLE, () -> open(file(), 0));
    assertEquals(content, Files.readString(file()));
  }

  @Test
  void index1WaitsForFileAndTable() throws Exception {
    assertTrue(refused(Kind.NO_SUCH_FILE, () -> open(file(), 1)).transientFault());
    assertFalse(Files.exists(file()), "index 1 creates nothing");
    Files.createFile(file());
    assertTrue(refused(Kind.NOT_READY, () -> open(file(), 1)).transientFault());
    Files.write(file(), new byte[0x80000]);
    assertTrue(refused(Kind.NOT_READY, () -> open(file(), 1)).transientFault());
    open(file(), 0).close();
    open(file(), 1).close();
  }

  @Test
  void fileThatGrowsIsOpenedAgainSoThatNoBufferLiesOutsideTheMapping() throws Exception {
    open(file(), 0).close();
    cut(file(), 0xB000);
    try (Link early = open(file(), 1)) {
      early.check();
      try (Link first = open(file(), 0)) {
        assertTrue(refused(Kind.NOT_READY, early::check).transientFault());
        first.check();
      }
    }
    try (Link again = open(file(), 1)) {
      assertEquals(0x80000, Tables.memory(again).byteSize());
    }
  }

  @Test
  void index1LaysTheMemoryOutForAPeerThatKnowsNoTable() throws Exception {
    LinkOptions alone = LinkOptions.DEFAULT.withoutTableOfPeer();
    Files.write(file(), new byte[0x1000]);
    try (Link link = Links.open("shm:" + file(), "poll", 1, alone)) {
      assertEquals(new Vring(0x4000, 256, 0x1000, 1), Tables.vring(link, 0));
      assertEquals(0x80000, Tables.memory(link).byteSize());
    }
    Files.write(file(), new byte[] {1, 2, 3});
    refused(Kind.BAD_TABLE, () -> Links.open("shm:" + file(), "poll", 1, alone));
  }

  @Test
  void missingFolderIsNoTransientFault() {
    Path lost = folder.resolve("no/link.shm");
    assertFalse(refused(Kind.NO_SUCH_FILE, () -> open(lost, 0)).transientFault());
    assertFalse(refused(Kind.NO_SUCH_FILE, () -> open(lost, 1)).transientFault());
  }

  @Test
  void fileShorterThanItsTableSaysIsRefused() throws Exception {
    open(file(), 0).close();
    cut(file(), 0xA805);
    refused(Kind.TRUNCATED, () -> open(file(), 1));
    cut(file(), 0x20);
    refused(Kind.TRUNCATED, () -> open(file(), 1));
  }

  @Test
  void nonsenseIsNoTable() throws Exception {
    Files.writeString(file(), "nonsense".repeat(100));
    refused(Kind.BAD_TABLE, () -> open(file(), 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void symbolicLinkIsRefusedAndItsTargetUntouched(int index) throws Exception {
    Path target = Files.write(folder.resolve("target"), new byte[0x80000]);
    Files.createSymbolicLink(file(), target);
    refused(Kind.SYMLINK, () -> open(file(), index));
    assertArrayEquals(new byte[0x80000], Files.readAllBytes(target));
    assertTrue(Files.isSymbolicLink(file()));
  }

  @Test
  void danglingSymbolicLinkIsRefusedAndItsTargetNotCreated() throws Exception {
    Files.createSymbolicLink(file(), folder.resolve("target"));
    refused(Kind.SYMLINK, () -> open(file(), 0));
    assertFalse(Files.exists(folder.resolve("target")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void directoryAndDeviceAreRefused(int index) {
    refused(Kind.IS_DIRECTORY, () -> open(folder, index));
    refused(Kind.NOT_A_REGULAR_FILE, () -> open(Path.of("/dev/null"), index));
  }

  @Test
  void secondOpenerOfAnIndexIsRefusedAndHarmless() throws Exception {
    try (Link first = open(file(), 0)) {
      first.config().status(4);
      refused(Kind.IN_USE, () -> open(file(), 0));
      assertEquals(4, first.config().status());
      try (Link second = open(file(), 1)) {
        refused(Kind.IN_USE, () -> open(file(), 1));
        assertEquals(4, second.config().status());
      }
      open(file(), 1).close();
    }
    open(file(), 0).close();
  }

  @Test
  void indexIsLockedAgainstOtherProcessesAlsoAfterAFailedOpenHere() throws Exception {
    try (Link first = open(file(), 0)) {
      refused(Kind.IN_USE, () -> open(file(), 0));
      open(file(), 1).close();
      assertEquals(Kind.IN_USE.name(), OpenerProcess.tryOpen(file(), 0));
      assertEquals("OPEN", OpenerProcess.tryOpen(file(), 1));
      assertDoesNotThrow(first::check);
    }
    assertEquals("OPEN", OpenerProcess.tryOpen(file(), 0));
  }

  @Test
  void truncationIsNoticed() throws Exception {
    try (Link link = open(file(), 0)) {
      cut(file(), 0x7ffff);
      refused(Kind.TRUNCATED, link::check);
    }
  }

  @Test
  void removalIsNoticed() throws Exception {
    try (Link link = open(file(), 0)) {
      Files.delete(file());
      refused(Kind.DELETED, link::check);
    }
  }

  @Test
  void replacementIsNoticedAndTheNewFileCanBeOpened() throws Exception {
    try (Link link = open(file(), 0)) {
      Path other = Files.write(folder.resolve("other"), new byte[0x80000]);
      Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
      refused(Kind.REPLACED, link::check);
      open(file(), 0).close();
    }
  }

  @Test
  void rewrittenTableIsNoticedByTheOtherIndex() throws Exception {
    Link first = open(file(), 0);
    try (Link second = open(file(), 1)) {
      first.config().status(7);
      first.close();
      LinkOptions other = LinkOptions.DEFAULT.withVrings(128, 0x1000);
      try (Link again = Links.open("shm:" + file(), "poll", 0, other)) {
        assertEquals(0, second.config().status(), "the reset is seen");
        refused(Kind.TABLE_REWRITTEN, second::check);
        assertDoesNotThrow(again::check);
      }
    }
  }

  @Test
  void closedLinkCannotBeUsedAndClosesTwice() throws Exception {
    Link link = open(file(), 0);
    var memory = Tables.memory(link);
    link.close();
    link.close();
    assertThrows(IllegalStateException.class, link::memory);
    assertThrows(IllegalStateException.class, () -> memory.get(JAVA_BYTE, 0));
    assertThrows(IllegalStateException.class, () -> link.config().status());
  }

  @Test
  void interruptedThreadDoesNotLoseTheLinkByChecking() throws Exception {
    try (Link link = open(file(), 0)) {
      Thread.currentThread().interrupt();
      assertDoesNotThrow(link::check);
      assertTrue(Thread.interrupted());
      assertEquals(Kind.IN_USE.name(), OpenerProcess.tryOpen(file(), 0));
    }
  }

  @Test
  void textThatMakesNoSenseIsRefused() {
    LinkOptions options = LinkOptions.DEFAULT;
    refused(Kind.INVALID, () -> Links.open("tcp:1", "poll", 0, options));
    refused(Kind.INVALID, () -> Links.open("shm:", "poll", 0, options));
    refused(Kind.INVALID, () -> Links.open("shm:a\0b", "poll", 0, options));
    refused(Kind.INVALID, () -> Links.open("shm:" + file(), "poll", 2, options));
    refused(Kind.INVALID, () -> Links.open("shm:" + file(), "local", 0, options));
    refused(Kind.INVALID, () -> Links.open("loopback", "unix:/tmp/x", 0, options));
    assertFalse(Files.exists(file()));
  }

  private static Object key(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  private static void cut(Path path, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(size);
    }
  }
}
