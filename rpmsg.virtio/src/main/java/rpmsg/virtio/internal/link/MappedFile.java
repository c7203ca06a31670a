// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** A file as shared memory, with one index of it taken. Never truncated, never removed. */
final class MappedFile implements Backing {

  private static final int GROW_CHUNK = 0x10000;

  private final Path path;
  private final int index;
  private final Object key;
  private final SharedFile file;
  private final Arena arena;
  private final MemorySegment memory;

  private MappedFile(Path path, int index, Object key, SharedFile file) throws IOException {
    this.path = path;
    this.index = index;
    this.key = key;
    this.file = file;
    this.arena = Arena.ofShared();
    this.memory = file.channel().map(MapMode.READ_WRITE, 0, file.channel().size(), arena);
  }

  static MappedFile open(Path path, int index, LinkOptions options) throws LinkException {
    try {
      Object key = find(path, index);
      SharedFile file = SharedFile.acquire(path, key, index);
      try {
        return index == 0
            ? openFirst(path, key, file, options)
            : openSecond(path, key, file, options);
      } catch (LinkException | IOException | RuntimeException | Error e) {
        file.release(index);
        throw e;
      }
    } catch (IOException e) {
      throw FileKind.failure(path, e);
    }
  }

  /** Makes sure that there is a regular file, and returns its identity. */
  private static Object find(Path path, int index) throws LinkException, IOException {
    BasicFileAttributes found = FileKind.at(path);
    if (found == null && index == 0) {
      FileKind.create(path);
      found = FileKind.at(path);
    }
    if (found == null) {
      throw new LinkException(
          Kind.NO_SUCH_FILE,
          Files.isDirectory(path.getParent()),
          path + " does not exist: start the side with index 0, or correct the path",
          null);
    }
    FileKind.requireRegular(path, found);
    return found.fileKey();
  }

  private static MappedFile openFirst(Path path, Object key, SharedFile file, LinkOptions options)
      throws LinkException, IOException {
    if (!TableLayout.mayReplace(head(file.channel()), options.order())) {
      throw new LinkException(
          Kind.BAD_TABLE, path + " holds something else and was left alone: give another path");
    }
    return layOut(path, 0, key, file, options);
  }

  private static MappedFile layOut(
      Path path, int index, Object key, SharedFile file, LinkOptions options)
      throws LinkException, IOException {
    TableLayout layout = new TableLayout(options);
    grow(file.channel(), layout.memorySize());
    MappedFile mapped = new MappedFile(path, index, key, file);
    try {
      layout.write(mapped.memory);
      return mapped;
    } catch (InternalError e) {
      mapped.arena.close();
      throw LinkException.memoryFault(path.toString(), e);
    }
  }

  private static MappedFile openSecond(Path path, Object key, SharedFile file, LinkOptions options)
      throws LinkException, IOException {
    if (!options.peerWritesTable() && TableLayout.isBlank(head(file.channel()))) {
      return layOut(path, 1, key, file, options);
    }
    if (file.channel().size() == 0) {
      throw new LinkException(Kind.NOT_READY, path + " is empty: start the side with index 0");
    }
    return new MappedFile(path, 1, key, file);
  }

  private static byte[] head(FileChannel channel) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(TableLayout.headLength());
    int length = Math.max(0, channel.read(head, 0));
    return Arrays.copyOf(head.array(), length);
  }

  /** Writes the zeros instead of leaving a hole: a full file system is an error here, not later. */
  private static void grow(FileChannel channel, long size) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect(GROW_CHUNK);
    for (long at = channel.size(); at < size; at += zeros.position()) {
      zeros.clear().limit((int) Math.min(GROW_CHUNK, size - at));
      channel.write(zeros, at);
    }
  }

  @Override
  public String description() {
    return "shm:" + path + " index " + index;
  }

  @Override
  public MemorySegment memory() {
    return memory;
  }

  @Override
  public void check() throws LinkException {
    try {
      check(FileKind.at(path));
    } catch (IOException e) {
      throw FileKind.failure(path, e);
    }
  }

  /** Asks the path and not the channel, which an interrupt of the asking thread would close. */
  private void check(BasicFileAttributes found) throws LinkException {
    if (found == null) {
      throw new LinkException(
          Kind.DELETED, path + " was removed while in use: start index 0 again");
    }
    if (!key.equals(found.fileKey())) {
      throw new LinkException(
          Kind.REPLACED, path + " is another file by now: open it again on both sides");
    }
    if (found.size() < memory.byteSize()) {
      throw new LinkException(
          Kind.TRUNCATED,
          "%s was cut from 0x%x to 0x%x bytes while in use: start index 0 again"
              .formatted(path, memory.byteSize(), found.size()));
    }
    if (found.size() > memory.byteSize()) {
      throw new LinkException(
          Kind.NOT_READY,
          "%s grew from 0x%x to 0x%x bytes: opening it again"
              .formatted(path, memory.byteSize(), found.size()));
    }
  }

  @Override
  public void close() {
    try {
      file.release(index);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      arena.close();
    }
  }
}
