// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The master end of a pseudo terminal. Programs open the other end by its path, as they open a
 * serial line. It begins raw: no echo, no lines, nothing translated; a program may set it
 * otherwise, and that stays when it closes the terminal. No method waits; any thread.
 *
 * <p>{@link Poll#GONE} of {@link #fd} says that no program has the other end open, and so it is
 * from the start. What is written meanwhile, up to what the kernel keeps, is for the next program.
 */
public final class PseudoTerminal implements AutoCloseable {

  /** Result: nothing can be read or written now. */
  public static final int WOULD_BLOCK = 0;

  /** Result: no program has the other end open, and all that was written there has been read. */
  public static final int END = -1;

  private static final int O_NOCTTY = 0x100;
  private static final int TCSANOW = 0;
  private static final long PATH_SIZE = 256;

  private final Fd fd;
  private final Path path;
  private final Poll look = new Poll(1);

  private PseudoTerminal(Fd fd, Path path) {
    this.fd = fd;
    this.path = path;
    look.set(0, fd, 0);
  }

  /**
   * A new one.
   *
   * @throws ErrnoException ENOENT where no devpts is mounted, ENOSPC when the system has as many as
   *     it allows, EMFILE
   */
  public static PseudoTerminal open() throws ErrnoException {
    int flags = FileCalls.O_RDWR | O_NOCTTY | FileCalls.O_NONBLOCK | FileCalls.O_CLOEXEC;
    Fd master = Fd.own(TerminalCalls.posixOpenpt(flags), "posix_openpt");
    int number = master.use("grantpt");
    try {
      return new PseudoTerminal(master, prepare(number));
    } catch (ErrnoException | RuntimeException e) {
      master.close();
      throw e;
    } finally {
      master.release();
    }
  }

  private static Path prepare(int fd) throws ErrnoException {
    ErrnoException.check(TerminalCalls.grantpt(fd), "grantpt");
    ErrnoException.check(TerminalCalls.unlockpt(fd), "unlockpt");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment termios = arena.allocate(TerminalCalls.TERMIOS_SIZE, Long.BYTES);
      ErrnoException.check(TerminalCalls.tcgetattr(fd, termios), "tcgetattr");
      TerminalCalls.cfmakeraw(termios);
      ErrnoException.check(TerminalCalls.tcsetattr(fd, TCSANOW, termios), "tcsetattr");
      MemorySegment path = arena.allocate(PATH_SIZE);
      ErrnoException.check(TerminalCalls.ptsname(fd, path), "ptsname_r");
      touch(path);
      return Path.of(path.getString(0));
    }
  }

  /** Before the first close of the other end, poll does not tell that nobody has it open. */
  private static void touch(MemorySegment path) throws ErrnoException {
    int opened = FileCalls.open(path, FileCalls.O_RDWR | O_NOCTTY | FileCalls.O_CLOEXEC);
    Fd.own(opened, "open " + path.getString(0)).close();
  }

  /** Where programs find it, such as {@code /dev/pts/3}. */
  public Path path() {
    return path;
  }

  /** The descriptor, for {@link Poll}. Still owned by this object. */
  public Fd fd() {
    return fd;
  }

  /** Whether a program has the other end open now. */
  public synchronized boolean isOpened() throws ErrnoException {
    look.await(0);
    return (look.events(0) & Poll.GONE) == 0;
  }

  /**
   * Reads what a program has written, into native memory.
   *
   * @return bytes, {@link #WOULD_BLOCK} or {@link #END}
   */
  public int read(MemorySegment into) throws ErrnoException {
    int number = fd.use("read");
    try {
      return result(Libc.read(number, into, into.byteSize()), "read ");
    } finally {
      fd.release();
    }
  }

  /**
   * Writes for a program to read, from native memory.
   *
   * @return bytes that were taken, maybe fewer than all, {@link #WOULD_BLOCK} or {@link #END}
   */
  public int write(MemorySegment from) throws ErrnoException {
    int number = fd.use("write");
    try {
      return result(Libc.write(number, from, from.byteSize()), "write ");
    } finally {
      fd.release();
    }
  }

  private int result(long result, String what) throws ErrnoException {
    if (result == -Errno.EAGAIN) {
      return WOULD_BLOCK;
    }
    return result == -Errno.EIO ? END : (int) ErrnoException.check(result, what + path);
  }

  /**
   * Hangs up: programs that have the other end open read its end and fail to write. What they have
   * not read is gone.
   */
  @Override
  public void close() {
    fd.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
