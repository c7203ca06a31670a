// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory that is shared by its descriptor: memfd, size, mapping. */
public final class SharedMemory {

  private static final int MFD_CLOEXEC_ALLOW_SEALING = 1 | 2;
  private static final int F_ADD_SEALS = 1033;
  private static final int SEAL_SHRINK_GROW = 1 | 2 | 4;
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_SHARED_NORESERVE = 1 | 0x4000;
  private static final long LARGEST_PAGE = 1L << 30;

  private SharedMemory() {}

  /**
   * A new memfd of a fixed size, filled with zeros: nobody who gets it can shrink it under us.
   *
   * @param name for people, in /proc
   * @param size bytes
   */
  public static Fd create(String name, long size) throws ErrnoException {
    Fd memory = memfd(name);
    try {
      truncate(memory, size);
      seal(memory);
      return memory;
    } catch (ErrnoException | RuntimeException e) {
      memory.close();
      throw e;
    }
  }

  /** A new memfd without any bytes. */
  public static Fd memfd(String name) throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      int result = Libc.memfdCreate(arena.allocateFrom(name), MFD_CLOEXEC_ALLOW_SEALING);
      return Fd.own(result, "memfd_create " + name);
    }
  }

  /** Sets the size, in bytes; new bytes are zeros. */
  public static void truncate(Fd file, long size) throws ErrnoException {
    int fd = file.use("ftruncate");
    try {
      ErrnoException.check(Libc.ftruncate(fd, size), "ftruncate " + file + " to " + size);
    } finally {
      file.release();
    }
  }

  /** Fixes the size of a memfd for good. */
  public static void seal(Fd memfd) throws ErrnoException {
    int fd = memfd.use("seal");
    try {
      ErrnoException.check(Libc.fcntl(fd, F_ADD_SEALS, SEAL_SHRINK_GROW), "seal " + memfd);
    } finally {
      memfd.release();
    }
  }

  /**
   * Maps a part of a file to be read and written, shared with everybody who maps it. The descriptor
   * may be closed then. Pages (huge ones too) are mapped whole, and only the part is given.
   *
   * @param offset where the part begins, in bytes; any
   * @param length bytes, greater than 0
   * @param arena unmaps it when it is closed; shared, confined or automatic
   */
  public static MemorySegment map(Fd file, long offset, long length, Arena arena)
      throws ErrnoException {
    long page = page(FileStatus.of(file).blockSize());
    long begin = offset & -page;
    long size = length + (offset - begin) + page - 1 & -page;
    if (offset < 0 || length <= 0 || size <= 0) {
      throw new ErrnoException("mmap " + length + " bytes at " + offset, Errno.EINVAL);
    }
    return whole(file, begin, size, arena).asSlice(offset - begin, length);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment whole(Fd file, long offset, long size, Arena arena)
      throws ErrnoException {
    int fd = file.use("mmap");
    final long address;
    try {
      address = Libc.mmap(size, PROT_READ_WRITE, MAP_SHARED_NORESERVE, fd, offset);
    } finally {
      file.release();
    }
    ErrnoException.check(address, "mmap " + size + " bytes of " + file + " at " + offset);
    try {
      return MemorySegment.ofAddress(address)
          .reinterpret(size, arena, unmapped -> Libc.munmap(address, size));
    } catch (RuntimeException e) {
      Libc.munmap(address, size);
      throw e;
    }
  }

  /** What a mapping of the file begins and ends at multiples of. */
  private static long page(int blockSize) {
    long page = Libc.getpagesize();
    boolean huge =
        blockSize > page && blockSize <= LARGEST_PAGE && Integer.bitCount(blockSize) == 1;
    return huge ? blockSize : page;
  }
}
