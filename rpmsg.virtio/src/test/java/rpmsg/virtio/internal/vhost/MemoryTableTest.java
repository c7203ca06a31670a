// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.VhostException.Kind;

class MemoryTableTest {

  private static final long SIZE = 0x10000;
  private static final long GUEST = 0x8000_0000L;
  private static final long USER = 0x7F12_3456_7000L;
  private static final MemoryRegion WHOLE = new MemoryRegion(GUEST, SIZE, USER, 0);

  private final int before = Fd.open();
  private Fd memory;
  private UnixSocket peer;
  private VhostChannel backend;

  @BeforeEach
  void connect() throws IOException {
    memory = SharedMemory.create("table", SIZE);
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
  void bothAddressesFindTheMemory() throws Exception {
    MemoryRegion region = new MemoryRegion(GUEST, 0x3000, USER, 0x1234);
    try (MemoryTable table = table(region);
        Arena arena = Arena.ofConfined()) {
      MemorySegment ours = SharedMemory.map(memory, 0, SIZE, arena);
      ours.set(JAVA_BYTE, 0x1234, (byte) 1);
      ours.set(JAVA_BYTE, 0x1234 + 0x2FFF, (byte) 2);
      assertEquals(1, table.atGuest(GUEST, 1).get(JAVA_BYTE, 0));
      assertEquals(2, table.atGuest(GUEST + 0x2FFF, 1).get(JAVA_BYTE, 0));
      assertEquals(1, table.atUser(USER, 0x3000).get(JAVA_BYTE, 0));
      table.atUser(USER + 1, 16).set(JAVA_BYTE, 15, (byte) 3);
      assertEquals(3, ours.get(JAVA_BYTE, 0x1234 + 16));
      assertEquals(0x3000, table.byteSize());
      assertEquals(List.of(region), table.regions());
    }
  }

  @Test
  void whatIsNotWhollyInsideIsNotFound() throws Exception {
    try (MemoryTable table = table(WHOLE)) {
      assertEquals(SIZE, table.atGuest(GUEST, SIZE).byteSize());
      assertEquals(0, table.atGuest(GUEST + SIZE, 0).byteSize());
      assertNull(table.atGuest(GUEST, SIZE + 1));
      assertNull(table.atGuest(GUEST + 1, SIZE));
      assertNull(table.atGuest(GUEST - 1, 2));
      assertNull(table.atGuest(GUEST + SIZE, 1));
      assertNull(table.atGuest(GUEST, -1));
      assertNull(table.atGuest(GUEST, Long.MAX_VALUE));
      assertNull(table.atGuest(GUEST, Long.MIN_VALUE));
      assertNull(table.atGuest(Long.MIN_VALUE, 1));
      assertNull(table.atGuest(Long.MAX_VALUE, Long.MAX_VALUE));
      assertNull(table.atGuest(-1, 1));
      assertNull(table.atGuest(USER, 1));
      assertNull(table.atUser(GUEST, 1));
    }
  }

  @Test
  void noPieceSpansTwoRegions() throws Exception {
    MemoryRegion low = new MemoryRegion(GUEST, 0x1000, USER, 0);
    MemoryRegion high = new MemoryRegion(GUEST + 0x1000, 0x1000, USER + 0x1000, 0x1000);
    try (MemoryTable table = table(low, high)) {
      assertNull(table.atGuest(GUEST + 0xFFF, 2));
      assertEquals(2, table.atGuest(GUEST + 0xFFE, 2).byteSize());
      assertEquals(2, table.atGuest(GUEST + 0x1000, 2).byteSize());
      assertEquals(0x2000, table.byteSize());
    }
  }

  @Test
  void farOutInASparseFileIsMappedFromThere() throws Exception {
    long far = 1L << 42;
    try (Fd sparse = SharedMemory.create("far", far + 0x4000)) {
      MemoryRegion region = new MemoryRegion(0, 0x4000, USER, far);
      try (MemoryTable table = MemoryTable.of(tableMessage(List.of(region), sparse))) {
        table.atGuest(0x3FFF, 1).set(JAVA_BYTE, 0, (byte) 1);
        assertEquals(1, table.atUser(USER + 0x3FFF, 1).get(JAVA_BYTE, 0));
      }
    }
  }

  @Test
  void aMessageMayBeLongerThanItsRegions() throws Exception {
    long[] words = new long[9];
    words[0] = 1;
    words[1] = GUEST;
    words[2] = 0x1000;
    words[3] = USER;
    Raw.send(peer, Raw.message(5, Raw.REQUEST, 72, words), memory);
    try (MemoryTable table = MemoryTable.of(backend.tryReceive())) {
      assertEquals(List.of(new MemoryRegion(GUEST, 0x1000, USER, 0)), table.regions());
    }
  }

  @Test
  void aMessageShorterThanItsRegionsIsRefused() throws Exception {
    Raw.send(peer, Raw.message(5, Raw.REQUEST, 40, 2, 0, 1, 0, 0), memory, memory);
    refused("SET_MEM_TABLE: 2 regions do not fit into 40 bytes");
  }

  @Test
  void aCountThatCannotBeIsRefused() throws Exception {
    for (long count : new long[] {0, 9, 0xFFFF_FFFFL}) {
      Raw.send(peer, Raw.message(5, Raw.REQUEST, 8, count), memory);
      refused("SET_MEM_TABLE: " + count + " regions, possible are 1 to 8");
    }
  }

  @Test
  void aDescriptorPerRegionIsNeeded() throws Exception {
    long[] words = {2, GUEST, 1, 0, 0, 0, 1, USER, 0};
    Raw.send(peer, Raw.message(5, Raw.REQUEST, 72, words), memory);
    refused("SET_MEM_TABLE: 2 regions, 1 descriptors");
  }

  @Test
  void anEmptyRegionIsRefused() throws Exception {
    sendRegion(GUEST, 0, USER, 0);
    refused("SET_MEM_TABLE: a region of 0 bytes is not possible");
    sendRegion(GUEST, -1, USER, 0);
    refused("SET_MEM_TABLE: a region of 18446744073709551615 bytes is not possible");
  }

  @Test
  void sumsThatOverflowAreRefused() throws Exception {
    sendRegion(Long.MAX_VALUE, 1, USER, 0);
    refused(
        "SET_MEM_TABLE: a region of 0x1 bytes at guest address 0x7fffffffffffffff ends beyond all"
            + " memory");
    sendRegion(GUEST, 2, Long.MAX_VALUE - 1, 0);
    refused(
        "SET_MEM_TABLE: a region of 0x2 bytes at user address 0x7ffffffffffffffe ends beyond all"
            + " memory");
    sendRegion(GUEST, 1, USER, -1);
    refused(
        "SET_MEM_TABLE: a region of 0x1 bytes at mmap offset 0xffffffffffffffff ends beyond all"
            + " memory");
  }

  @Test
  void overlappingGuestAddressesAreRefused() throws Exception {
    MemoryRegion other = new MemoryRegion(GUEST + SIZE - 1, 1, 0x1000, 0);
    refused(tableMessage(List.of(WHOLE, other), memory, memory), other + " overlaps " + WHOLE);
  }

  @Test
  void overlappingUserAddressesAreRefused() throws Exception {
    MemoryRegion other = new MemoryRegion(0, 2, USER - 1, 0);
    refused(tableMessage(List.of(WHOLE, other), memory, memory), other + " overlaps " + WHOLE);
  }

  @Test
  void aFileThatIsTooShortIsRefused() throws Exception {
    MemoryRegion longer = new MemoryRegion(GUEST, SIZE, USER, 1);
    refused(
        tableMessage(List.of(longer), memory), longer + " is longer than its file of 65536 bytes");
    try (Fd cut = SharedMemory.memfd("cut")) {
      SharedMemory.truncate(cut, SIZE);
      SharedMemory.truncate(cut, SIZE - 1);
      refused(tableMessage(List.of(WHOLE), cut), WHOLE + " is longer than its file of 65535 bytes");
    }
  }

  @Test
  void whatIsNoFileIsRefused() throws Exception {
    try (EventFd bell = EventFd.create()) {
      refused(tableMessage(List.of(WHOLE), bell.fd()), WHOLE + " is in no regular file or memfd");
    }
  }

  @Test
  void aSecondRegionThatFailsLeavesNothingMapped() throws Exception {
    MemoryRegion apart = new MemoryRegion(0, 1, 0x1000, SIZE);
    refused(
        tableMessage(List.of(WHOLE, apart), memory, memory),
        apart + " is longer than its file of 65536 bytes");
    assertEquals(0, mapped());
  }

  @Test
  void regionsComeAndGoOneByOne() throws Exception {
    MemoryRegion low = new MemoryRegion(0, 0x1000, USER, 0);
    MemoryRegion high = new MemoryRegion(0x1000, 0x1000, USER + 0x1000, 0x1000);
    MemoryTable first = MemoryTable.empty().plus(single(VhostRequest.ADD_MEM_REG, low, memory));
    MemoryTable both = first.plus(single(VhostRequest.ADD_MEM_REG, high, memory));
    MemorySegment kept = first.atGuest(0, 1);
    first.close();
    kept.set(JAVA_BYTE, 0, (byte) 9);
    assertEquals(List.of(low, high), both.regions());
    MemoryRegion lowElsewhere = new MemoryRegion(0, 0x1000, USER, 0x5000);
    MemoryTable rest = both.minus(single(VhostRequest.REM_MEM_REG, lowElsewhere));
    assertEquals(9, both.atGuest(0, 1).get(JAVA_BYTE, 0));
    both.close();
    both.close();
    assertThrows(IllegalStateException.class, () -> kept.get(JAVA_BYTE, 0));
    assertEquals(List.of(high), rest.regions());
    assertNull(rest.atGuest(0, 1));
    assertEquals(0, rest.atGuest(0x1000, 1).get(JAVA_BYTE, 0));
    rest.close();
    assertEquals(0, mapped());
  }

  @Test
  void aRegionThatOverlapsIsNotAdded() throws Exception {
    try (MemoryTable table = table(WHOLE)) {
      VhostMessage again = single(VhostRequest.ADD_MEM_REG, WHOLE, memory);
      VhostException e = assertThrows(VhostException.class, () -> table.plus(again));
      assertEquals("vhost-user ADD_MEM_REG: " + WHOLE + " overlaps " + WHOLE, e.getMessage());
      assertEquals(SIZE, table.atGuest(GUEST, SIZE).byteSize());
    }
    assertEquals(0, mapped());
  }

  @Test
  void aRegionThatIsNotThereIsNotRemoved() throws Exception {
    try (MemoryTable table = table(WHOLE)) {
      MemoryRegion half = new MemoryRegion(GUEST, SIZE / 2, USER, 0);
      VhostMessage message = single(VhostRequest.REM_MEM_REG, half, memory);
      VhostException e = assertThrows(VhostException.class, () -> table.minus(message));
      assertEquals("vhost-user REM_MEM_REG: there is no " + half, e.getMessage());
    }
  }

  @Test
  void thereAreOnlySoManySlots() throws Exception {
    List<MemoryTable> tables = new ArrayList<>();
    MemoryTable table = MemoryTable.empty();
    for (int i = 0; i < MemoryTable.MAX_SLOTS; i++) {
      table = table.plus(single(VhostRequest.ADD_MEM_REG, slot(i), memory));
      tables.add(table);
    }
    MemoryTable full = table;
    VhostMessage more = single(VhostRequest.ADD_MEM_REG, slot(MemoryTable.MAX_SLOTS), memory);
    VhostException e = assertThrows(VhostException.class, () -> full.plus(more));
    assertEquals("vhost-user ADD_MEM_REG: there are 32 regions", e.getMessage());
    tables.forEach(MemoryTable::close);
    assertEquals(0, mapped());
  }

  private static MemoryRegion slot(int index) {
    return new MemoryRegion(index * 0x1000L, 0x1000, USER + index * 0x1000L, 0);
  }

  private MemoryTable table(MemoryRegion... regions) throws IOException {
    Fd[] fds = new Fd[regions.length];
    Arrays.fill(fds, memory);
    return MemoryTable.of(tableMessage(List.of(regions), fds));
  }

  private VhostMessage tableMessage(List<MemoryRegion> regions, Fd... fds) throws IOException {
    return through(VhostMessage.memTable(regions, List.of(fds)));
  }

  private VhostMessage single(VhostRequest request, MemoryRegion region, Fd... fds)
      throws IOException {
    return through(VhostMessage.of(request, region, fds));
  }

  /** As the back-end gets it: with descriptors of its own. */
  private VhostMessage through(VhostMessage message) throws IOException {
    byte[] payload = message.payload().toArray(JAVA_BYTE);
    MemorySegment bytes = Raw.message(message.request().number(), Raw.REQUEST, payload.length);
    Raw.send(peer, bytes, message.fds().toArray(Fd[]::new));
    MemorySegment rest = Arena.ofAuto().allocate(payload.length);
    MemorySegment.copy(payload, 0, rest, JAVA_BYTE, 0, payload.length);
    Raw.send(peer, rest);
    return backend.tryReceive();
  }

  private void sendRegion(long guest, long size, long user, long offset) throws IOException {
    long[] words = LongStream.of(1, guest, size, user, offset).toArray();
    Raw.send(peer, Raw.message(5, Raw.REQUEST, 40, words), memory);
  }

  private void refused(String message) throws IOException {
    int open = Fd.open();
    VhostMessage table = backend.tryReceive();
    VhostException e = assertThrows(VhostException.class, () -> MemoryTable.of(table));
    assertEquals("vhost-user " + message, e.getMessage());
    assertEquals(Kind.PROTOCOL, e.kind());
    assertEquals(open, Fd.open());
    assertTrue(backend.fd().isOpen());
  }

  private void refused(VhostMessage table, String message) {
    VhostException e = assertThrows(VhostException.class, () -> MemoryTable.of(table));
    assertEquals("vhost-user SET_MEM_TABLE: " + message, e.getMessage());
    assertEquals(Kind.PROTOCOL, e.kind());
  }

  /** How many mappings of the test's memory this process has. */
  private static long mapped() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains("/memfd:table "))
        .count();
  }
}
