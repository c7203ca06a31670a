// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.FileStatus;
import rpmsg.syscall.SharedMemory;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.VhostInflight;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/**
 * The memory in which what is in hand is noted, one {@link VhostInflightQueue} after the other,
 * each at a multiple of 64 bytes. A back-end makes it (GET_INFLIGHT_FD), the front-end keeps it and
 * gives it to each back-end (SET_INFLIGHT_FD).
 */
final class VhostInflightArea implements AutoCloseable {

  private static final int ALIGN = 64;
  private static final int MAX_NUM = 32768;

  private final MemorySegment memory;
  private final int queues;
  private final int num;
  private final Arena arena;

  private VhostInflightArea(MemorySegment memory, int queues, int num, Arena arena) {
    this.memory = memory;
    this.queues = queues;
    this.num = num;
    this.arena = arena;
  }

  /**
   * The answer to GET_INFLIGHT_FD: a new area.
   *
   * @return a reply, to be closed with its descriptor when it was sent
   * @throws LinkException BAD_PEER, IO
   */
  static VhostMessage create(VhostMessage message) throws LinkException {
    VhostInflight asked = message.inflight();
    checkCounts(message.request(), asked);
    long size = asked.queues() * queueSize(asked.queueSize());
    try {
      Fd memfd = SharedMemory.create("rpmsg-inflight", size);
      return message.reply(new VhostInflight(size, 0, asked.queues(), asked.queueSize()), memfd);
    } catch (ErrnoException e) {
      throw new LinkException(Kind.IO, "vhost-user " + message.request() + ": " + e.getMessage());
    }
  }

  /**
   * Maps the area of a SET_INFLIGHT_FD.
   *
   * @throws LinkException BAD_PEER
   */
  static VhostInflightArea map(VhostMessage message) throws LinkException {
    VhostInflight given = message.inflight();
    checkCounts(message.request(), given);
    long size = given.queues() * queueSize(given.queueSize());
    if (given.mmapSize() < size) {
      throw bad(
          message.request(),
          Long.toUnsignedString(given.mmapSize()) + " bytes given, " + size + " needed");
    }
    Arena arena = Arena.ofShared();
    try (Fd file = message.takeFd()) {
      checkFile(message.request(), FileStatus.of(file), given.mmapOffset(), size);
      MemorySegment memory = SharedMemory.map(file, given.mmapOffset(), size, arena);
      return new VhostInflightArea(memory, given.queues(), given.queueSize(), arena);
    } catch (LinkException e) {
      arena.close();
      throw e;
    } catch (IOException e) {
      arena.close();
      throw bad(message.request(), e.getMessage());
    }
  }

  private static void checkFile(VhostRequest request, FileStatus file, long offset, long size)
      throws LinkException {
    if (file.kind() != FileStatus.Kind.REGULAR) {
      throw bad(request, "the descriptor is no regular file or memfd");
    }
    if (offset < 0 || offset > file.size() - size || offset % Long.BYTES != 0) {
      throw bad(
          request,
          "%d bytes at 0x%x are not in the file of %d bytes, or not aligned to 8"
              .formatted(size, offset, file.size()));
    }
  }

  private static void checkCounts(VhostRequest request, VhostInflight counts) throws LinkException {
    if (counts.queues() < 1 || counts.queues() > VhostState.QUEUES) {
      throw bad(request, counts.queues() + " queues, there are " + VhostState.QUEUES);
    }
    if (counts.queueSize() < 1 || counts.queueSize() > MAX_NUM) {
      throw bad(request, "queues of " + counts.queueSize() + ", possible are 1 to " + MAX_NUM);
    }
  }

  private static LinkException bad(VhostRequest request, String what) {
    return new LinkException(Kind.BAD_PEER, "vhost-user " + request + ": " + what);
  }

  private static long queueSize(int num) {
    return Vring.alignUp(VhostInflightQueue.size(num), ALIGN);
  }

  /**
   * The notes of one queue.
   *
   * @param ringNum descriptors of its ring
   * @throws LinkException BAD_PEER if there is no room for them, or something else is there
   */
  VhostInflightQueue queue(int index, int ringNum) throws LinkException {
    if (index >= queues || ringNum > num) {
      throw new LinkException(
          Kind.BAD_PEER,
          "the in-flight area is for %d queues of %d: vring %d of %d has no place there"
              .formatted(queues, num, index, ringNum));
    }
    MemorySegment notes = memory.asSlice(index * queueSize(num), VhostInflightQueue.size(num));
    return VhostInflightQueue.of(notes, index, ringNum);
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "in flight: noted for %d queues of %d".formatted(queues, num);
  }
}
