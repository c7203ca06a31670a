// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What a descriptor is open on (statx, whose structure is the same on all machines).
 *
 * @param size bytes, for a regular file
 * @param blockSize bytes; of a file in huge pages, the size of a page
 * @param device the device that a node stands for; of anything else 0:0
 */
public record FileStatus(Kind kind, long size, int blockSize, CharDevice.Number device) {

  /** What sort of file. */
  public enum Kind {
    /** A file in a file system, a memfd included. */
    REGULAR,
    /** A socket of any family. */
    SOCKET,
    /** A pipe, with or without a name. */
    PIPE,
    /** An eventfd, or another object of the kernel without a name. */
    ANONYMOUS,
    /** A node of a character device. */
    CHARACTER_DEVICE,
    /** A folder, a block device or anything else. */
    OTHER
  }

  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int STATX_TYPE_SIZE = 0x201;
  private static final long STRUCT_SIZE = 256;
  private static final long BLOCK_SIZE = 4;
  private static final long MODE = 28;
  private static final long SIZE = 40;
  private static final long MAJOR = 128;
  private static final long MINOR = 132;

  /** Asks for the status as it is now. */
  public static FileStatus of(Fd file) throws ErrnoException {
    int fd = file.use("statx");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statx = arena.allocate(STRUCT_SIZE, Long.BYTES);
      MemorySegment path = arena.allocateFrom("");
      int result = Libc.statx(fd, path, AT_EMPTY_PATH, STATX_TYPE_SIZE, statx);
      ErrnoException.check(result, "statx " + file);
      return new FileStatus(
          kind(statx.get(JAVA_SHORT, MODE) & 0170000),
          statx.get(JAVA_LONG, SIZE),
          statx.get(JAVA_INT, BLOCK_SIZE),
          new CharDevice.Number(statx.get(JAVA_INT, MAJOR), statx.get(JAVA_INT, MINOR)));
    } finally {
      file.release();
    }
  }

  private static Kind kind(int type) {
    return switch (type) {
      case 0100000 -> Kind.REGULAR;
      case 0140000 -> Kind.SOCKET;
      case 0010000 -> Kind.PIPE;
      case 0020000 -> Kind.CHARACTER_DEVICE;
      case 0 -> Kind.ANONYMOUS;
      default -> Kind.OTHER;
    };
  }
}
