// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.Links;

/**
 * The other side of a link, played on the raw bytes of its memory with the numbers of
 * openamp-contract section 1, so that what is tested is not tested against itself.
 */
abstract class RawPeer implements AutoCloseable {
  static final int NUM = 256;
  static final int SIZE = 512;
  static final long POOL = 0x10000;

  final Link link;
  final MemorySegment memory;
  final ByteOrder order;
  final RawQueue queue0;
  final RawQueue queue1;
  private boolean rung;

  RawPeer(String at, String doorbell, int index, LinkOptions options) {
    link = open(at, doorbell, index, options);
    memory = link.memory().at(0, link.memory().byteSize());
    order = link.order();
    queue0 = new RawQueue(memory, order, 0x4000, 0x5000, 0x6000);
    queue1 = new RawQueue(memory, order, 0x8000, 0x9000, 0xA000);
  }

  private static Link open(String at, String doorbell, int index, LinkOptions options) {
    Link[] opened = new Link[1];
    TestNode.await(
        "peer opens " + at,
        () -> {
          try {
            opened[0] = Links.open(at, doorbell, index, options);
            return true;
          } catch (LinkException notYet) {
            return false;
          }
        });
    return opened[0];
  }

  /** Waits for something in the memory; a socket connects meanwhile. */
  void await(String what, BooleanSupplier condition) {
    TestNode.await(
        "peer: " + what,
        () -> {
          rung |= link.doorbell().poll();
          VarHandle.fullFence();
          return condition.getAsBoolean();
        });
  }

  void kick() {
    VarHandle.fullFence();
    link.doorbell().ring();
  }

  /** Whether the other side rang since this was asked last. */
  boolean rung() {
    boolean now = rung | link.doorbell().poll();
    rung = false;
    return now;
  }

  int status() {
    VarHandle.fullFence();
    return memory.get(JAVA_BYTE, 0x2c) & 0xFF;
  }

  void status(int value) {
    VarHandle.fullFence();
    memory.set(JAVA_BYTE, 0x2c, (byte) value);
    kick();
  }

  int u16(long at) {
    return Short.toUnsignedInt(memory.get(JAVA_SHORT_UNALIGNED.withOrder(order), at));
  }

  int u32(long at) {
    return memory.get(JAVA_INT_UNALIGNED.withOrder(order), at);
  }

  void u32(long at, int value) {
    memory.set(JAVA_INT_UNALIGNED.withOrder(order), at, value);
  }

  /** Writes a message with a header of the given length field. */
  void write(long at, int src, int dst, int length, byte[] payload) {
    u32(at, src);
    u32(at + 4, dst);
    u32(at + 8, 0);
    memory.set(JAVA_SHORT_UNALIGNED.withOrder(order), at + 12, (short) length);
    memory.set(JAVA_SHORT_UNALIGNED.withOrder(order), at + 14, (short) 0);
    MemorySegment.copy(payload, 0, memory, JAVA_BYTE, at + 16, payload.length);
  }

  Frame frame(int id, int length, RawQueue queue) {
    long at = memory.get(JAVA_LONG_UNALIGNED.withOrder(order), queue.desc() + 16L * id);
    byte[] raw = new byte[16 + u16(at + 12)];
    MemorySegment.copy(memory, JAVA_BYTE, at, raw, 0, raw.length);
    return new Frame(id, length, queue.descFlags(id), u32(at), u32(at + 4), raw);
  }

  /** A name service message. */
  byte[] ns(String name, int address, boolean destroy) {
    byte[] bytes = new byte[40];
    byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, bytes, 0, text.length);
    MemorySegment.ofArray(bytes).set(JAVA_INT_UNALIGNED.withOrder(order), 32, address);
    MemorySegment.ofArray(bytes).set(JAVA_INT_UNALIGNED.withOrder(order), 36, destroy ? 1 : 0);
    return bytes;
  }

  @Override
  public void close() {
    link.close();
  }
}
