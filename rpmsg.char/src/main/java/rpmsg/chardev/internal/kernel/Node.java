// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.CharDevice;
import rpmsg.syscall.Fd;

/**
 * A node of the kernel that is open. Memory is native. Reads and writes do not wait. Any thread.
 */
interface Node extends AutoCloseable {
  /** Result of {@link #read} and {@link #write}: it would have to wait. */
  int WOULD_BLOCK = CharDevice.WOULD_BLOCK;

  /** Opens nodes. */
  interface Opener {
    /**
     * @throws RpmsgException ENOTTY if something else is there; else what the kernel says
     */
    Node open(Path path, CharDevice.Number number) throws RpmsgException;

    /**
     * Whether this process may read and write the node, as far as can be told without opening it.
     *
     * @throws RpmsgException ENOTTY if something else is there, ENOENT if nothing is
     */
    boolean permitted(Path path, CharDevice.Number number) throws RpmsgException;
  }

  int read(MemorySegment into) throws RpmsgException;

  int write(MemorySegment from) throws RpmsgException;

  void ioctl(int request, MemorySegment argument) throws RpmsgException;

  void ioctl(int request, long argument) throws RpmsgException;

  Fd fd();

  @Override
  void close();
}
