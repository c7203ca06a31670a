// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.link.VhostHostileBytes.state;
import static rpmsg.virtio.internal.link.VhostHostileBytes.table;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import rpmsg.virtio.internal.link.VhostHostileCase.Deed;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** Memory that changes under the rings, and areas that tell of what never was. */
final class VhostHostileChanges {

  private static final String CUT = "the front-end has cut its memory short";

  private final List<VhostHostileCase> cases = new ArrayList<>();

  private VhostHostileChanges() {}

  static List<VhostHostileCase> all() {
    VhostHostileChanges order = new VhostHostileChanges();
    order.otherMemory();
    order.inFlight();
    return order.cases;
  }

  private void harmless(Stage stage, String name, Deed deed) {
    cases.add(VhostHostileCase.harmless(name, stage, deed));
  }

  private void closed(Stage stage, String name, String words, Deed deed) {
    cases.add(VhostHostileCase.closed(name, stage, deed, words));
  }

  private void otherMemory() {
    harmless(
        Stage.RUNNING,
        "the same memory a hundred times",
        f -> {
          for (int i = 0; i < 100; i++) {
            f.command(VhostHostileFront.wholeMemory(), f.guest.memfd);
          }
          f.expectAnnouncement();
          f.guest.post(0, 0);
          f.expectEcho();
        });
    for (Stage stage : new Stage[] {Stage.UP, Stage.RUNNING}) {
      closed(
          stage,
          "memory without the rings",
          "is not wholly inside a region",
          f -> f.say(table(1, 0, 4096, 0, 0), f.guest.memfd));
      closed(stage, "33 regions", "there are 32 regions", this::manyRegions);
    }
    harmless(Stage.UP, "the memory of the rings is removed", f -> f.command(removal()));
    closed(
        Stage.RUNNING,
        "the memory of the rings is removed",
        "is not wholly inside a region",
        f -> f.say(removal()));
    closed(
        Stage.UP,
        "a ring across two regions",
        "the descriptor table of 256 bytes",
        f -> {
          long guest = VhostHostileGuest.GUEST;
          long user = VhostHostileGuest.USER;
          f.say(
              table(2, guest, 0x1080, user, 0x3000, guest + 0x1080, 0xEF80, user + 0x1080, 0x4080),
              f.guest.memfd,
              f.guest.memfd);
        });
    closed(
        Stage.MEMORY,
        "memory that is cut before there are rings",
        CUT,
        f -> {
          VhostHostileGuest.truncate(f.guest.memfd, 0);
          f.ring(0, false);
          f.ring(1, false);
          f.command(state(18, 0, 1));
          f.say(state(18, 1, 1));
        });
    closed(
        Stage.RUNNING,
        "memory that is cut while rings run",
        CUT,
        f -> {
          VhostHostileGuest.truncate(f.guest.memfd, 0);
          f.kick(1, false);
        });
  }

  private void inFlight() {
    closed(
        Stage.MEMORY,
        "an in-flight area of another version",
        "vring 0: the in-flight area has version 7 and 16 descriptors, expected 1 and 16",
        f -> inFlight(f, 16, 7, 16));
    closed(
        Stage.MEMORY,
        "an in-flight area of another ring",
        "vring 0: the in-flight area has version 1 and 8 descriptors, expected 1 and 16",
        f -> inFlight(f, 16, 1, 8));
    closed(
        Stage.MEMORY,
        "an in-flight area that is too small",
        "the in-flight area is for 2 queues of 8: vring 0 of 16 has no place there",
        f -> inFlight(f, 8, 0, 0));
    closed(
        Stage.RUNNING,
        "an in-flight area of another version",
        "the in-flight area has version 7",
        f -> setInFlight(f, 16, 7, 16));
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      harmless(Stage.MEMORY, "an in-flight area of noise " + seed, f -> noise(f, random));
    }
    closed(
        Stage.MEMORY,
        "an in-flight area that is cut",
        CUT,
        f -> {
          int area = inFlightFile(f, 16, 0, 0);
          f.command(VhostHostileBytes.inflight(32, 4096, 0, 2, 16), area);
          VhostHostileGuest.truncate(area, 0);
          f.ring(0, false);
          f.ring(1, false);
          f.command(state(18, 0, 1));
          f.say(state(18, 1, 1));
        });
    closed(
        Stage.MEMORY,
        "an in-flight area that is cut while rings run",
        CUT,
        f -> {
          int area = inFlightFile(f, 16, 0, 0);
          f.command(VhostHostileBytes.inflight(32, 4096, 0, 2, 16), area);
          f.rings(false);
          f.kick(0, false);
          f.expectAnnouncement();
          VhostHostileGuest.truncate(area, 0);
          f.guest.send(0, 1, 2, new byte[3]);
          f.kick(1, false);
        });
  }

  private static byte[] removal() {
    return VhostHostileBytes.region(
        38, VhostHostileGuest.GUEST, VhostHostileGuest.SIZE, VhostHostileGuest.USER, 0);
  }

  private void manyRegions(VhostHostileFront front) {
    for (long i = 1; i <= 32; i++) {
      front.say(VhostHostileBytes.region(37, i << 40, 0x1000, i << 40, 0x1000), front.guest.memfd);
    }
  }

  private static void inFlight(VhostHostileFront front, int num, int version, int noted)
      throws IOException {
    setInFlight(front, num, version, noted);
    front.ring(0, false);
    front.ring(1, false);
    front.command(state(18, 0, 1));
    front.say(state(18, 1, 1));
  }

  private static void setInFlight(VhostHostileFront front, int num, int version, int noted)
      throws IOException {
    int area = inFlightFile(front, num, version, noted);
    front.say(VhostHostileBytes.inflight(32, 4096, 0, 2, num), area);
  }

  /** An area whose two queues say this version and so many descriptors. */
  private static int inFlightFile(VhostHostileFront front, int num, int version, int noted)
      throws IOException {
    int area = front.guest.memfd(4096);
    long second = 16 + 16 * num + 63 & -64;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = map(area, arena);
      for (long at : new long[] {0, second}) {
        memory.set(JAVA_SHORT_UNALIGNED, at + 8, (short) version);
        memory.set(JAVA_SHORT_UNALIGNED, at + 10, (short) noted);
      }
    }
    return area;
  }

  private static MemorySegment map(int fd, Arena arena) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            Path.of("/proc/self/fd/" + fd), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return file.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
    }
  }

  private static void noise(VhostHostileFront front, Random random) throws IOException {
    int area = front.guest.memfd(4096);
    byte[] bytes = new byte[4096];
    random.nextBytes(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = map(area, arena);
      memory.copyFrom(MemorySegment.ofArray(bytes));
      for (long at : new long[] {0, 320}) {
        memory.set(JAVA_INT_UNALIGNED, at + 8, 16 << 16 | 1);
      }
    }
    front.command(VhostHostileBytes.inflight(32, 4096, 0, 2, 16), area);
    front.rings(false);
    front.kick(0, false);
    front.kick(1, false);
    assertTrue(front.device.inUse() || !front.device.broken.isEmpty());
  }
}
