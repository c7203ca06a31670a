// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import rpmsg.virtio.internal.link.LinkException.Kind;

/**
 * One file that this process has open, shared by its two indices. There is one channel per file,
 * because the operating system drops all of a process's locks on a file as soon as the process
 * closes any descriptor of it.
 */
final class SharedFile {

  /** Far behind any content; each index locks one byte, against other processes. */
  private static final long LOCK_POSITION = Long.MAX_VALUE - 16;

  private static final Map<Object, SharedFile> OPEN = new HashMap<>();

  private final Object key;
  private final FileChannel channel;
  private final FileLock[] locks = new FileLock[2];

  private SharedFile(Object key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Opens a file, or shares the channel that is open already, and takes an index of it.
   *
   * @param key identity of the file at {@code path}: device and inode
   */
  static SharedFile acquire(Path path, Object key, int index) throws LinkException, IOException {
    synchronized (OPEN) {
      SharedFile file = OPEN.get(key);
      if (file == null) {
        file = new SharedFile(key, open(path, key));
      }
      try {
        file.lock(path, index);
        OPEN.put(key, file);
        return file;
      } finally {
        file.closeIfUnused();
      }
    }
  }

  private static FileChannel open(Path path, Object key) throws IOException {
    FileChannel opened =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    BasicFileAttributes now = FileKind.at(path);
    if (now == null || !key.equals(now.fileKey())) {
      opened.close();
      throw new IOException("replaced while it was being opened: try again");
    }
    return opened;
  }

  private void lock(Path path, int index) throws LinkException, IOException {
    FileLock lock = locks[index] == null ? tryLock(index) : null;
    if (lock == null) {
      throw new LinkException(
          Kind.IN_USE,
          "%s: index %d is in use: stop its owner or take index %d"
              .formatted(path, index, 1 - index));
    }
    locks[index] = lock;
  }

  private FileLock tryLock(int index) throws IOException {
    try {
      return channel.tryLock(LOCK_POSITION + index, 1, false);
    } catch (OverlappingFileLockException anotherClassLoaderOfThisProcess) {
      return null;
    }
  }

  FileChannel channel() {
    return channel;
  }

  /** Gives an index back; the last one closes the file. */
  void release(int index) throws IOException {
    synchronized (OPEN) {
      try {
        if (locks[index].isValid()) {
          locks[index].release();
        }
      } finally {
        locks[index] = null;
        closeIfUnused();
      }
    }
  }

  private void closeIfUnused() throws IOException {
    if (locks[0] == null && locks[1] == null) {
      OPEN.remove(key, this);
      channel.close();
    }
  }
}
