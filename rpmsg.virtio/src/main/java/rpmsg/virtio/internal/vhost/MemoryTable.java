// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import rpmsg.syscall.Fd;

/**
 * The memory of a front-end, mapped: no two regions overlap, each lies inside its file. A table
 * does not change; a change makes a new one. Each table is closed by its own owner, and a region
 * stays mapped while a table that has it is open. Look-ups: any thread.
 *
 * <p>The front-end can still cut the files. What an access then does is written at {@code Link} in
 * {@code rpmsg.virtio.internal.link}.
 */
public final class MemoryTable implements AutoCloseable {

  /** The most regions, as the answer to GET_MAX_MEM_SLOTS. */
  public static final int MAX_SLOTS = 32;

  private static final MemoryTable EMPTY = new MemoryTable(List.of());

  private final Mapping[] mappings;
  private boolean closed;

  private MemoryTable(List<Mapping> mappings) {
    this.mappings = mappings.toArray(Mapping[]::new);
  }

  /** A table without regions. */
  public static MemoryTable empty() {
    return EMPTY;
  }

  /**
   * Maps what a SET_MEM_TABLE says.
   *
   * @param message is closed, with its descriptors, in any case
   * @throws VhostException a region that cannot be, overlaps another, is longer than its file, or
   *     cannot be mapped; nothing stays mapped then
   */
  public static MemoryTable of(VhostMessage message) throws VhostException {
    try (message) {
      List<MemoryRegion> regions = message.regions();
      List<Fd> fds = message.fds();
      if (fds.size() != regions.size()) {
        throw VhostException.protocol(
            message.request(), regions.size() + " regions, " + fds.size() + " descriptors");
      }
      return EMPTY.mapAll(message.request(), regions, fds);
    }
  }

  /**
   * This table and the region of an ADD_MEM_REG.
   *
   * @param message is closed, with its descriptor, in any case
   * @throws VhostException as {@link #of}, or too many regions
   */
  public MemoryTable plus(VhostMessage message) throws VhostException {
    try (message) {
      if (mappings.length >= MAX_SLOTS) {
        throw VhostException.protocol(message.request(), "there are " + MAX_SLOTS + " regions");
      }
      return mapAll(message.request(), List.of(message.region()), message.fds());
    }
  }

  /**
   * This table without the region of a REM_MEM_REG.
   *
   * @param message is closed, with a descriptor that came in vain, in any case
   * @throws VhostException if there is no such region
   */
  public MemoryTable minus(VhostMessage message) throws VhostException {
    try (message) {
      MemoryRegion gone = message.region();
      List<Mapping> kept = new ArrayList<>();
      for (Mapping mapping : mappings) {
        if (!mapping.region().sameAddresses(gone)) {
          kept.add(mapping);
        }
      }
      if (kept.size() == mappings.length) {
        throw VhostException.protocol(message.request(), "there is no " + gone);
      }
      kept.forEach(Mapping::hold);
      return new MemoryTable(kept);
    }
  }

  /**
   * The memory at an address of the guest, as in descriptors.
   *
   * @param length bytes
   * @return exactly that piece, or null if it is not wholly inside one region
   */
  public MemorySegment atGuest(long address, long length) {
    for (Mapping mapping : mappings) {
      MemorySegment found = mapping.at(address, mapping.region().guest(), length);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /**
   * The memory at a virtual address of the front-end, as in SET_VRING_ADDR.
   *
   * @param length bytes
   * @return exactly that piece, or null if it is not wholly inside one region
   */
  public MemorySegment atUser(long address, long length) {
    for (Mapping mapping : mappings) {
      MemorySegment found = mapping.at(address, mapping.region().user(), length);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The bytes of all regions together. */
  public long byteSize() {
    long sum = 0;
    for (Mapping mapping : mappings) {
      sum += mapping.region().size();
    }
    return sum;
  }

  /** The regions, in the order in which they came. */
  public List<MemoryRegion> regions() {
    return List.of(mappings).stream().map(Mapping::region).toList();
  }

  /** Unmaps what no other table has; accesses throw IllegalStateException then. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    for (Mapping mapping : mappings) {
      mapping.release();
    }
  }

  private MemoryTable mapAll(VhostRequest request, List<MemoryRegion> regions, List<Fd> fds)
      throws VhostException {
    List<Mapping> all = new ArrayList<>();
    try {
      for (Mapping mapping : mappings) {
        all.add(mapping.hold());
      }
      for (int i = 0; i < regions.size(); i++) {
        checkApart(request, regions.get(i), all);
        all.add(Mapping.of(request, regions.get(i), fds.get(i)));
      }
      return new MemoryTable(all);
    } catch (VhostException | RuntimeException e) {
      all.forEach(Mapping::release);
      throw e;
    }
  }

  private static void checkApart(VhostRequest request, MemoryRegion region, List<Mapping> others)
      throws VhostException {
    for (Mapping other : others) {
      if (region.overlaps(other.region())) {
        throw VhostException.protocol(request, region + " overlaps " + other.region());
      }
    }
  }
}
