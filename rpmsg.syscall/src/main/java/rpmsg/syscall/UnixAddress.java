// SPDX-License-Identifier: Apache-2.0
package rpmsg.syscall;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.Charset;
import java.nio.file.Path;

/** {@code struct sockaddr_un { u16 family; char path[108]; }}. */
final class UnixAddress {

  /** The longest path, in bytes; one more is taken by the zero at its end. */
  static final int MAX_PATH = 107;

  private static final short AF_UNIX = 1;
  private static final long PATH = 2;

  /** How this JVM turns paths into bytes. */
  static final Charset PATH_BYTES =
      Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

  private UnixAddress() {}

  static MemorySegment of(Path path, Arena arena) throws UnixPathException {
    byte[] bytes = path.toString().getBytes(PATH_BYTES);
    if (bytes.length == 0 || bytes.length > MAX_PATH) {
      throw new UnixPathException(
          "the path of a socket has 1 to "
              + MAX_PATH
              + " bytes, "
              + path
              + " has "
              + bytes.length
              + ": give another path");
    }
    MemorySegment address = arena.allocate(PATH + bytes.length + 1, Long.BYTES);
    address.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, PATH, bytes.length);
    return address;
  }
}
