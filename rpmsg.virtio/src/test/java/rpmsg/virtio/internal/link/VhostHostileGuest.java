// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of a hostile front-end, with two rings of 16 and as many buffers of 512 bytes for
 * each, and all the descriptors that it has made. Addresses of the guest, of the front-end and in
 * the file all differ.
 */
final class VhostHostileGuest implements AutoCloseable {

  static final String NAME = "vhost-hostile";
  static final int NUM = 16;
  static final int BUFFER = 512;
  static final long GUEST = 0x6000_0000L;
  static final long USER = 0x7F55_0000_0000L;
  static final long OFFSET = 0x3000;
  static final long SIZE = 0x10000;

  private static final long RINGS = 0x1000;
  private static final long RING = 0x3000;
  private static final long AVAIL = 0x1000;
  private static final long USED = 0x2000;
  private static final long POOL = 0x8000;

  final int memfd;
  final MemorySegment memory;
  final int[] kicks = new int[2];
  final int[] calls = new int[2];
  private final Arena arena = Arena.ofShared();
  private final List<Integer> fds = new ArrayList<>();
  private final int[] avail = new int[2];
  private final int[] seen = new int[2];

  VhostHostileGuest() throws IOException {
    memfd = memfd(OFFSET + SIZE);
    try (FileChannel file = file(memfd)) {
      memory = file.map(MapMode.READ_WRITE, OFFSET, SIZE, arena);
    }
    for (int i = 0; i < 2; i++) {
      kicks[i] = own(VhostHostileCalls.eventfd());
      calls[i] = own(VhostHostileCalls.eventfd());
    }
    layOut();
  }

  /** Remembers a descriptor, to be closed at the end. */
  int own(int fd) {
    fds.add(fd);
    return fd;
  }

  /** A memory file of that size. */
  int memfd(long size) throws IOException {
    int fd = own(VhostHostileCalls.memfd(NAME));
    try (FileChannel file = file(fd)) {
      if (size > 0) {
        file.write(java.nio.ByteBuffer.allocate(1), size - 1);
      }
    }
    return fd;
  }

  /** Cuts a memory file, short of what is mapped of it. */
  static void truncate(int fd, long size) throws IOException {
    try (FileChannel file = file(fd)) {
      file.truncate(size);
    }
  }

  private static FileChannel file(int fd) throws IOException {
    return FileChannel.open(
        Path.of("/proc/self/fd/" + fd), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Empty rings, and all buffers of ring 0 posted. */
  void layOut() {
    memory.asSlice(RINGS, 2 * RING).fill((byte) 0);
    for (int queue = 0; queue < 2; queue++) {
      avail[queue] = 0;
      seen[queue] = 0;
      for (int id = 0; id < NUM; id++) {
        descriptor(queue, id, GUEST + buffer(queue, id), BUFFER, queue == 0 ? 2 : 0);
      }
    }
    for (int id = 0; id < NUM; id++) {
      post(0, id);
    }
  }

  /** Where a ring's parts are, as SET_VRING_ADDR says it. */
  static byte[] address(int queue) {
    return VhostHostileBytes.address(
        queue, 0, user(queue, 0), user(queue, USED), user(queue, AVAIL));
  }

  private static long user(int queue, long part) {
    return USER + ring(queue) + part;
  }

  private static long ring(int queue) {
    return RINGS + RING * queue;
  }

  static long buffer(int queue, int id) {
    return POOL + (long) BUFFER * (queue * NUM + id);
  }

  void descriptor(int queue, int id, long address, int length, int flags) {
    long at = ring(queue) + 16L * id;
    memory.set(JAVA_LONG_UNALIGNED, at, address);
    memory.set(JAVA_INT_UNALIGNED, at + 8, length);
    memory.set(JAVA_SHORT_UNALIGNED, at + 12, (short) flags);
    memory.set(JAVA_SHORT_UNALIGNED, at + 14, (short) 0);
  }

  void post(int queue, int id) {
    long at = ring(queue) + AVAIL;
    memory.set(JAVA_SHORT_UNALIGNED, at + 4 + 2L * (avail[queue] % NUM), (short) id);
    availIndex(queue, ++avail[queue]);
  }

  void availIndex(int queue, int value) {
    memory.set(JAVA_SHORT_UNALIGNED, ring(queue) + AVAIL + 2, (short) value);
  }

  int usedIndex(int queue) {
    return Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED, ring(queue) + USED + 2));
  }

  void usedIndex(int queue, int value) {
    memory.set(JAVA_SHORT_UNALIGNED, ring(queue) + USED + 2, (short) value);
  }

  /** The id of the next used element, or -1. */
  int nextUsed(int queue) {
    if (usedIndex(queue) == (seen[queue] & 0xFFFF)) {
      return -1;
    }
    long at = ring(queue) + USED + 4 + 8L * (seen[queue]++ % NUM);
    return memory.get(JAVA_INT_UNALIGNED, at);
  }

  /** Puts a message into the buffer of ring 1 with that id, and posts it. */
  void send(int id, int source, int destination, byte[] payload) {
    long at = buffer(1, id);
    memory.set(JAVA_INT_UNALIGNED, at, source);
    memory.set(JAVA_INT_UNALIGNED, at + 4, destination);
    memory.set(JAVA_INT_UNALIGNED, at + 8, 0);
    memory.set(JAVA_INT_UNALIGNED, at + 12, payload.length);
    MemorySegment.copy(payload, 0, memory, ValueLayout.JAVA_BYTE, at + 16, payload.length);
    descriptor(1, id, GUEST + at, 16 + payload.length, 0);
    post(1, id);
  }

  /** Bytes of a buffer of ring 0. */
  byte[] received(int id, int length) {
    return memory.asSlice(buffer(0, id), length).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public void close() {
    fds.forEach(VhostHostileCalls::close);
    fds.clear();
    arena.close();
  }
}
