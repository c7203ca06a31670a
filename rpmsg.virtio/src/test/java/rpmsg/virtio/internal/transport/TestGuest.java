// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.IntConsumer;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.SharedMemory;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.MemoryRegion;
import rpmsg.virtio.internal.vhost.VhostInflight;
import rpmsg.virtio.internal.vhost.VringAddress;

/**
 * The guest of a {@link TestFrontend}: its memory, its two rings of 256 and 512 buffers of 512
 * bytes, played on raw bytes. It outlives connections. Addresses of the guest, of the front-end and
 * in the file all differ.
 */
public final class TestGuest implements AutoCloseable {
  public static final int NUM = RawPeer.NUM;
  public static final int SIZE = RawPeer.SIZE;
  public static final long GUEST = 0x6000_0000L;
  public static final long USER = 0x7F55_0000_0000L;
  public static final long OFFSET = 0x3000;
  public static final long MEMORY = 0x80000;
  private static final long POOL = RawPeer.POOL;

  final ByteOrder order = ByteOrder.nativeOrder();
  final Fd memfd;
  final MemorySegment memory;
  final RawQueue queue0;
  final RawQueue queue1;
  final EventFd[] kicks = new EventFd[2];
  final EventFd[] calls = new EventFd[2];
  final List<Fd> callEnds = new ArrayList<>();
  final Deque<Integer> free = new ArrayDeque<>();

  /** What makes the device look at a ring; the kick descriptors unless replaced. */
  IntConsumer kicker = queue -> kicks[queue].signal();

  VhostInflight inflight;
  Fd inflightMemory;
  int avail0;
  int seen0;
  int avail1;
  int seen1;
  private final Arena arena = Arena.ofShared();

  /**
   * @param socketCalls whether the call descriptors are sockets, as those of UML are
   */
  public TestGuest(boolean socketCalls) throws IOException {
    this(socketCalls, false);
  }

  /**
   * @param cuttable whether the memory can be cut short
   */
  public TestGuest(boolean socketCalls, boolean cuttable) throws IOException {
    memfd = cuttable ? SharedMemory.memfd("guest") : SharedMemory.create("guest", OFFSET + MEMORY);
    SharedMemory.truncate(memfd, OFFSET + MEMORY);
    memory = SharedMemory.map(memfd, OFFSET, MEMORY, arena);
    queue0 = new RawQueue(memory, order, 0x4000, 0x5000, 0x6000);
    queue1 = new RawQueue(memory, order, 0x8000, 0x9000, 0xA000);
    for (int i = 0; i < 2; i++) {
      kicks[i] = EventFd.create();
      if (socketCalls) {
        UnixSocket.Pair pair = UnixSocket.pair();
        calls[i] = EventFd.of(pair.ours().fd());
        callEnds.add(pair.theirs());
      } else {
        calls[i] = EventFd.create();
        callEnds.add(calls[i].fd());
      }
    }
    layOut();
  }

  /** The whole memory as one region. */
  public static MemoryRegion region() {
    return new MemoryRegion(GUEST, MEMORY, USER, OFFSET);
  }

  static VringAddress address(int queue) {
    long at = USER + 0x4000 + 0x4000L * queue;
    return new VringAddress(queue, 0, at, at + 0x2000, at + 0x1000, 0);
  }

  /** What the driver does when it binds: empty rings, all receive buffers posted, no kick yet. */
  void layOut() {
    queue0.zero();
    queue1.zero();
    avail0 = seen0 = avail1 = seen1 = 0;
    free.clear();
    for (int id = 0; id < NUM; id++) {
      free.add(id);
      queue0.desc(id, GUEST + POOL + (long) id * SIZE, SIZE, 2);
      queue0.availEntry(avail0++, id);
    }
    queue0.availIndex(avail0);
    queue1.availFlags(1);
  }

  void kick(int queue) {
    kicker.accept(queue);
  }

  /** Whether the device has called since this was asked last. */
  boolean called(int queue) {
    return calls[queue].drain();
  }

  private static long transmitOffset(int id) {
    return POOL + (long) (NUM + id) * SIZE;
  }

  void reclaim() {
    while (queue1.usedIndex() != (seen1 & 0xFFFF)) {
      free.add(queue1.usedId(seen1++));
    }
  }

  boolean allFree() {
    reclaim();
    return free.size() == NUM;
  }

  void send(int src, int dst, String text) {
    TestNode.await(
        "a transmit buffer",
        () -> {
          reclaim();
          return !free.isEmpty();
        });
    put(free.remove(), src, dst, text.getBytes(StandardCharsets.ISO_8859_1));
    kick(1);
  }

  private void put(int id, int src, int dst, byte[] payload) {
    long at = transmitOffset(id);
    u32(at, src);
    u32(at + 4, dst);
    u32(at + 8, 0);
    memory.set(JAVA_SHORT_UNALIGNED.withOrder(order), at + 12, (short) payload.length);
    memory.set(JAVA_SHORT_UNALIGNED.withOrder(order), at + 14, (short) 0);
    MemorySegment.copy(payload, 0, memory, JAVA_BYTE, at + 16, payload.length);
    queue1.desc(id, GUEST + at, 16 + payload.length, 0);
    queue1.availEntry(avail1, id);
    queue1.availIndex(++avail1);
  }

  boolean hasMessage() {
    return queue0.usedIndex() != (seen0 & 0xFFFF);
  }

  /** The next message that is not empty, its buffer posted again. */
  Frame receive() {
    for (; ; ) {
      TestNode.await("a message", this::hasMessage);
      int id = queue0.usedId(seen0);
      int length = queue0.usedLength(seen0++);
      Frame frame = length == 0 ? null : frame(id, length);
      queue0.availEntry(avail0, id);
      queue0.availIndex(++avail0);
      if ((queue0.usedFlags() & 1) == 0) {
        kick(0);
      }
      if (frame != null) {
        return frame;
      }
    }
  }

  private Frame frame(int id, int length) {
    long at = POOL + (long) id * SIZE;
    int payload = Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED.withOrder(order), at + 12));
    byte[] raw = new byte[16 + payload];
    MemorySegment.copy(memory, JAVA_BYTE, at, raw, 0, raw.length);
    int src = memory.get(JAVA_INT_UNALIGNED.withOrder(order), at);
    int dst = memory.get(JAVA_INT_UNALIGNED.withOrder(order), at + 4);
    return new Frame(id, length, queue0.descFlags(id), src, dst, raw);
  }

  /** The name in the next message, which is an announcement. */
  String announced() {
    Frame frame = receive();
    if (frame.dst() != 53) {
      throw new AssertionError("expected an announcement, came " + frame.text());
    }
    return frame.text().substring(0, frame.text().indexOf('\0'));
  }

  private void u32(long at, int value) {
    memory.set(JAVA_INT_UNALIGNED.withOrder(order), at, value);
  }

  @Override
  public void close() {
    for (int i = 0; i < 2; i++) {
      kicks[i].close();
      calls[i].close();
      callEnds.get(i).close();
    }
    if (inflightMemory != null) {
      inflightMemory.close();
    }
    memfd.close();
    arena.close();
  }
}
