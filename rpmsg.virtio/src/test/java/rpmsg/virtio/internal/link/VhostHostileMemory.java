// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static rpmsg.virtio.internal.link.VhostHostileBytes.region;
import static rpmsg.virtio.internal.link.VhostHostileBytes.table;
import static rpmsg.virtio.internal.link.VhostHostileCase.NONE;
import static rpmsg.virtio.internal.link.VhostHostileGuest.GUEST;
import static rpmsg.virtio.internal.link.VhostHostileGuest.OFFSET;
import static rpmsg.virtio.internal.link.VhostHostileGuest.SIZE;
import static rpmsg.virtio.internal.link.VhostHostileGuest.USER;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import rpmsg.virtio.internal.link.VhostHostileCase.Descriptors;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/** Memory tables that cannot be, and descriptors of the wrong kind. */
final class VhostHostileMemory {

  /** What a descriptor may be of. */
  private enum Kind {
    A_PIPE {
      @Override
      int open(VhostHostileGuest guest) {
        int[] pipe = VhostHostileCalls.pipe();
        guest.own(pipe[1]);
        return pipe[0];
      }
    },
    DEV_NULL {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/dev/null", READ_WRITE);
      }
    },
    DEV_ZERO {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/dev/zero", READ_WRITE);
      }
    },
    A_CLOSED_SOCKET {
      @Override
      int open(VhostHostileGuest guest) {
        int[] pair = VhostHostileCalls.pair();
        VhostHostileCalls.close(pair[1]);
        return pair[0];
      }
    },
    AN_EVENTFD {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.eventfd();
      }
    },
    A_FOLDER {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/", 0);
      }
    },
    A_MEMORY_FILE {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/proc/self/fd/" + guest.memfd, READ_WRITE);
      }
    },
    A_READ_ONLY_FILE {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/proc/self/fd/" + guest.memfd, 0);
      }
    },
    A_MERE_PATH {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/proc/self/exe", O_PATH);
      }
    },
    AN_EMPTY_FILE {
      @Override
      int open(VhostHostileGuest guest) {
        return VhostHostileCalls.open("/proc/self/cmdline", 0);
      }
    };

    private static final int READ_WRITE = 2;
    private static final int O_PATH = 0x200000;

    abstract int open(VhostHostileGuest guest);

    Descriptors descriptors() {
      return guest -> new int[] {guest.own(open(guest))};
    }

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
  }

  /** Where no other region is. */
  private static final long ELSEWHERE = 1L << 60;

  private static final String NO_FILE = "no regular file or memfd";
  private static final String NO_DOORBELL = "is no eventfd, socket or pipe";

  private final List<VhostHostileCase> cases = new ArrayList<>();
  private final Stage stage;

  private VhostHostileMemory(Stage stage) {
    this.stage = stage;
  }

  static List<VhostHostileCase> all(Stage stage) {
    VhostHostileMemory memory = new VhostHostileMemory(stage);
    memory.counts();
    memory.sums();
    memory.overlaps();
    memory.files();
    memory.kinds();
    return memory.cases;
  }

  private void refused(String name, byte[] message, Descriptors fds, String words) {
    cases.addAll(VhostHostileCase.refused(name, stage, message, fds, words));
  }

  private static Descriptors files(int count) {
    return guest -> {
      int[] fds = new int[count];
      Arrays.fill(fds, guest.memfd);
      return fds;
    };
  }

  private void counts() {
    for (int count : new int[] {0, 9, 255, Integer.MIN_VALUE, -1}) {
      String unsigned = Integer.toUnsignedString(count);
      refused(unsigned + " regions", table(count, regions(8)), files(8), unsigned + " regions, po");
    }
    refused("more regions than come", table(2, regions(1)), files(2), "2 regions do not fit into");
    refused("one descriptor too few", table(2, regions(2)), files(1), "2 regions, 1 descriptors");
    refused("one descriptor too many", table(1, regions(1)), files(2), "1 regions, 2 descriptors");
  }

  private static long[] regions(int count) {
    long[] numbers = new long[4 * count];
    for (int i = 0; i < count; i++) {
      put(numbers, i, GUEST + 0x1000L * i, 0x1000, USER + 0x1000L * i, 0x1000L * i);
    }
    return numbers;
  }

  private static void put(long[] into, int index, long guest, long size, long user, long offset) {
    into[4 * index] = guest;
    into[4 * index + 1] = size;
    into[4 * index + 2] = user;
    into[4 * index + 3] = offset;
  }

  private void sums() {
    one("of 0 bytes", GUEST, 0, USER, 0, "a region of 0 bytes");
    one("of 2^64 - 1 bytes", 0, -1, 0, 0, "a region of 18446744073709551615 bytes");
    one("of 2^63 bytes", 0, Long.MIN_VALUE, 0, 0, "a region of 9223372036854775808 bytes");
    one("whose guest address wraps", -4096, 4096, USER, 0, "at guest address 0x");
    one("whose guest address ends at 2^63", Long.MAX_VALUE - 4095, 4096, USER, 0, "guest address");
    one("whose user address wraps", GUEST, 4096, -4096, 0, "at user address 0x");
    one("whose user address ends at 2^63", GUEST, 4096, Long.MAX_VALUE - 4095, 0, "user address");
    one("whose offset wraps", GUEST, 4096, USER, -4096, "at mmap offset 0x");
    one("whose offset ends at 2^63", GUEST, 4096, USER, Long.MAX_VALUE - 4095, "mmap offset");
    one("one byte longer than its file", GUEST, SIZE + 1, USER, OFFSET, "is longer than its file");
    one("behind its file", GUEST, 4096, USER, OFFSET + SIZE, "is longer than its file");
    one("of 2^62 bytes", GUEST, 1L << 62, USER, 0, "is longer than its file of");
  }

  private void one(String name, long guest, long size, long user, long offset, String words) {
    refused("a region " + name, table(1, guest, size, user, offset), files(1), words);
    long apart = guest == GUEST && user == USER ? ELSEWHERE : 0;
    refused(
        "one more region " + name,
        region(37, guest + apart, size, user + apart, offset),
        files(1),
        words);
  }

  private void overlaps() {
    two("the same twice", GUEST, USER);
    two("guest addresses that overlap", GUEST + 0xFFF, USER + 0x100_0000);
    two("user addresses that overlap", GUEST + 0x100_0000, USER + 0xFFF);
    two("the second begins before the first", GUEST - 0xFFF, USER + 0x100_0000);
    refused(
        "REM_MEM_REG of what is not there",
        region(38, GUEST, SIZE - 1, USER, OFFSET),
        NONE,
        "there is no region{");
    refused("REM_MEM_REG of nothing", region(38, 0, 0, 0, 0), NONE, "a region of 0 bytes");
  }

  private void two(String name, long guest, long user) {
    long[] numbers = regions(2);
    put(numbers, 1, guest, 0x1000, user, 0);
    refused("two regions, " + name, table(2, numbers), files(2), "overlaps region{");
  }

  private void files() {
    refused(
        "a file that was cut to nothing",
        table(1, GUEST, 4096, USER, 0),
        guest -> {
          int fd = guest.memfd(4096);
          VhostHostileGuest.truncate(fd, 0);
          return new int[] {fd};
        },
        "is longer than its file of 0 bytes");
    refused(
        "a region larger than any address space",
        table(1, 0, 1L << 48, 0, 0),
        VhostHostileMemory::sparse,
        "mmap");
    refused(
        "the second region cannot be mapped",
        table(2, GUEST, 4096, USER, 0, 1L << 49, 1L << 48, 1L << 49, 0),
        guest -> new int[] {guest.memfd(4096), sparse(guest)[0]},
        "mmap");
  }

  private static int[] sparse(VhostHostileGuest guest) throws IOException {
    return new int[] {guest.memfd(1L << 48)};
  }

  private void kinds() {
    for (Kind kind : Kind.values()) {
      String file = noFile(kind);
      if (file != null) {
        byte[] more = region(37, 1L << 40, 4096, 1L << 40, 0);
        refused("memory in " + kind, table(1, GUEST, 4096, USER, 0), kind.descriptors(), file);
        refused("more memory in " + kind, more, kind.descriptors(), file);
        refused(
            "an in-flight area in " + kind,
            VhostHostileBytes.inflight(32, 640, 0, 2, 16),
            kind.descriptors(),
            file.replace("is longer than its file of 0", "not in the file of 0"));
      }
      if (kind != Kind.A_CLOSED_SOCKET) {
        byte[] bytes = VhostHostileBytes.request(21);
        refused("a back-channel that is " + kind, bytes, kind.descriptors(), "is no socket");
      }
      for (int request : new int[] {12, 13, 14}) {
        doorbell(request, kind);
      }
    }
  }

  /** Why it cannot be memory, or null. */
  private static String noFile(Kind kind) {
    return switch (kind) {
      case A_MEMORY_FILE -> null;
      case A_READ_ONLY_FILE, A_MERE_PATH -> "mmap";
      case AN_EMPTY_FILE -> "is longer than its file of 0 bytes";
      default -> NO_FILE;
    };
  }

  private void doorbell(int request, Kind kind) {
    String name = "the descriptor of request " + request + " is " + kind;
    byte[] bytes = VhostHostileBytes.u64(request, 1);
    switch (kind) {
      case A_PIPE, AN_EVENTFD, A_CLOSED_SOCKET ->
          cases.add(
              VhostHostileCase.harmless(
                  name, stage, f -> f.command(bytes, kind.descriptors().of(f.guest))));
      default -> refused(name, bytes, kind.descriptors(), NO_DOORBELL);
    }
  }
}
