// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.CharDevice;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.NotTheDeviceException;

/** A node through system calls; their error numbers become RPMsg's. */
record SystemNode(CharDevice device) implements Node {
  /** Opens nodes through system calls. */
  static final Opener OPENER =
      new Opener() {
        @Override
        public Node open(Path path, CharDevice.Number number) throws RpmsgException {
          try {
            return new SystemNode(CharDevice.open(path, number));
          } catch (IOException e) {
            throw rpmsg(e);
          }
        }

        @Override
        public boolean permitted(Path path, CharDevice.Number number) throws RpmsgException {
          try {
            CharDevice.check(path, number);
            return Files.isReadable(path) && Files.isWritable(path);
          } catch (IOException e) {
            throw rpmsg(e);
          }
        }
      };

  @Override
  public int read(MemorySegment into) throws RpmsgException {
    try {
      return device.read(into);
    } catch (ErrnoException e) {
      throw rpmsg(e);
    }
  }

  @Override
  public int write(MemorySegment from) throws RpmsgException {
    try {
      return device.write(from);
    } catch (ErrnoException e) {
      throw rpmsg(e);
    }
  }

  @Override
  public void ioctl(int request, MemorySegment argument) throws RpmsgException {
    try {
      device.ioctl(request, argument);
    } catch (ErrnoException e) {
      throw rpmsg(e);
    }
  }

  @Override
  public void ioctl(int request, long argument) throws RpmsgException {
    try {
      device.ioctl(request, argument);
    } catch (ErrnoException e) {
      throw rpmsg(e);
    }
  }

  @Override
  public Fd fd() {
    return device.fd();
  }

  @Override
  public void close() {
    device.close();
  }

  private static RpmsgException rpmsg(IOException failed) {
    Errno errno =
        switch (failed) {
          case ErrnoException e -> Errno.of(e.errno());
          case NotTheDeviceException e -> Errno.ENOTTY;
          default -> Errno.EIO;
        };
    return new RpmsgException(errno, failed.getMessage(), failed);
  }
}
