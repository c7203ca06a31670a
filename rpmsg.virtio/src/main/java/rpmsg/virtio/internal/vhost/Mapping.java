// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.syscall.Fd;
import rpmsg.syscall.FileStatus;
import rpmsg.syscall.SharedMemory;

/** A region as it is mapped here. Several tables may hold it; the last one to go unmaps it. */
final class Mapping {

  private final MemoryRegion region;
  private final MemorySegment memory;
  private final Arena arena;
  private final AtomicInteger holders = new AtomicInteger(1);

  private Mapping(MemoryRegion region, MemorySegment memory, Arena arena) {
    this.region = region;
    this.memory = memory;
    this.arena = arena;
  }

  /** Maps a region, from its offset on, after a look whether the file is that long. */
  static Mapping of(VhostRequest request, MemoryRegion region, Fd file) throws VhostException {
    Arena arena = Arena.ofShared();
    try {
      checkFile(request, region, FileStatus.of(file));
      MemorySegment memory = SharedMemory.map(file, region.mmapOffset(), region.size(), arena);
      return new Mapping(region, memory, arena);
    } catch (VhostException e) {
      arena.close();
      throw e;
    } catch (IOException e) {
      arena.close();
      throw new VhostException(
          VhostException.Kind.IO, request + ": " + region + ": " + e.getMessage(), e);
    }
  }

  private static void checkFile(VhostRequest request, MemoryRegion region, FileStatus file)
      throws VhostException {
    if (file.kind() != FileStatus.Kind.REGULAR) {
      throw VhostException.protocol(request, region + " is in no regular file or memfd");
    }
    if (file.size() < region.mmapOffset() + region.size()) {
      throw VhostException.protocol(
          request, region + " is longer than its file of " + file.size() + " bytes");
    }
  }

  MemoryRegion region() {
    return region;
  }

  Mapping hold() {
    holders.incrementAndGet();
    return this;
  }

  void release() {
    if (holders.decrementAndGet() == 0) {
      arena.close();
    }
  }

  /** The memory at an address, or null if it is not inside this region. */
  MemorySegment at(long address, long begin, long length) {
    long offset = address - begin;
    if (address < begin
        || length < 0
        || length > region.size()
        || offset > region.size() - length) {
      return null;
    }
    return memory.asSlice(offset, length);
  }
}
