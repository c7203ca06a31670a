// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;

/**
 * A character device that is open for reading and writing. No read or write waits; what an ioctl
 * does is the device's affair. Any thread.
 */
public final class CharDevice implements AutoCloseable {

  /** Result of {@link #read} and {@link #write}: it would have to wait (EAGAIN). */
  public static final int WOULD_BLOCK = -1;

  private final Fd fd;
  private final Path path;

  private CharDevice(Fd fd, Path path) {
    this.fd = fd;
    this.path = path;
  }

  /**
   * The device of a number, as /sys/.../dev has it: {@code major:minor}.
   *
   * @throws IllegalArgumentException for a negative number
   */
  public record Number(int major, int minor) {
    public Number {
      if (major < 0 || minor < 0) {
        throw new IllegalArgumentException("no device number: " + major + ":" + minor);
      }
    }

    @Override
    public String toString() {
      return major + ":" + minor;
    }
  }

  /**
   * Opens the node at a path if it is this very device. What else may be there is looked at without
   * being opened, so that it notices nothing and nobody waits for it.
   *
   * @throws NotTheDeviceException if something else is there, a symbolic link included
   * @throws ErrnoException such as ENOENT, EACCES, EBUSY, or what the device says
   */
  public static CharDevice open(Path path, Number number) throws IOException {
    try (Fd found = find(path, number);
        Arena arena = Arena.ofConfined()) {
      int at = found.use("open");
      try {
        // The way through /proc leads to what was looked at, whatever has become of the path.
        MemorySegment same = arena.allocateFrom("/proc/self/fd/" + at);
        int flags = FileCalls.O_RDWR | FileCalls.O_NONBLOCK | FileCalls.O_CLOEXEC;
        return new CharDevice(Fd.own(FileCalls.open(same, flags), "open " + path), path);
      } finally {
        found.release();
      }
    }
  }

  /**
   * Looks at the node without opening it.
   *
   * @throws NotTheDeviceException if something else is there
   * @throws ErrnoException such as ENOENT, or EACCES for one of the path's folders
   */
  public static void check(Path path, Number number) throws IOException {
    find(path, number).close();
  }

  private static Fd find(Path path, Number number) throws IOException {
    int flags = FileCalls.O_PATH | FileCalls.O_NOFOLLOW | FileCalls.O_CLOEXEC;
    Fd found;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path.toString(), UnixAddress.PATH_BYTES);
      found = Fd.own(FileCalls.open(name, flags), "open " + path);
    }
    try {
      FileStatus status = FileStatus.of(found);
      if (status.kind() != FileStatus.Kind.CHARACTER_DEVICE) {
        throw new NotTheDeviceException(path + " is no character device");
      }
      if (!number.equals(status.device())) {
        throw new NotTheDeviceException(
            "%s is device %s, not %s".formatted(path, status.device(), number));
      }
      return found;
    } catch (IOException | RuntimeException e) {
      found.close();
      throw e;
    }
  }

  /**
   * One read.
   *
   * @param into native memory
   * @return bytes that were read, 0 included, or {@link #WOULD_BLOCK}
   * @throws ErrnoException what the device says; EBADF if closed
   */
  public int read(MemorySegment into) throws ErrnoException {
    int number = fd.use("read");
    try {
      return transferred(Libc.read(number, into, into.byteSize()), "read ");
    } finally {
      fd.release();
      Reference.reachabilityFence(into);
    }
  }

  /**
   * One write.
   *
   * @param from native memory
   * @return bytes that were written, or {@link #WOULD_BLOCK}
   * @throws ErrnoException what the device says; EBADF if closed
   */
  public int write(MemorySegment from) throws ErrnoException {
    int number = fd.use("write");
    try {
      return transferred(Libc.write(number, from, from.byteSize()), "write ");
    } finally {
      fd.release();
      Reference.reachabilityFence(from);
    }
  }

  private int transferred(long result, String what) throws ErrnoException {
    return result == -Errno.EAGAIN ? WOULD_BLOCK : (int) ErrnoException.check(result, what + path);
  }

  /**
   * An ioctl whose argument is a structure.
   *
   * @param request its number, unsigned
   * @param argument native memory, which the device may read and write
   * @throws ErrnoException what the device says; EBADF if closed
   */
  public void ioctl(int request, MemorySegment argument) throws ErrnoException {
    ioctl(request, argument.address());
    Reference.reachabilityFence(argument);
  }

  /**
   * An ioctl whose argument is a number. An address among them is looked at by the kernel alone,
   * which answers EFAULT for one that is not this process's.
   *
   * @throws ErrnoException what the device says; EBADF if closed
   */
  public void ioctl(int request, long argument) throws ErrnoException {
    int number = fd.use("ioctl");
    try {
      int result = FileCalls.ioctl(number, Integer.toUnsignedLong(request), argument);
      ErrnoException.check(result, "ioctl 0x" + Integer.toHexString(request) + " " + path);
    } finally {
      fd.release();
    }
  }

  /** The descriptor, for {@link Poll}. Still owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Closes it; idempotent. A {@link Poll} that waits for it keeps it open until it is woken. */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
