// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import rpmsg.virtio.internal.link.LinkOptions;

/** Plays firmware against our driver side. */
final class PeerDevice extends RawPeer {
  /** Avail entries of queue 0 that were taken, and used entries that were written. */
  int taken0;

  int used0;
  int taken1;
  int used1;

  PeerDevice(String at, String doorbell, int index, LinkOptions options) {
    super(at, doorbell, index, options);
  }

  static PeerDevice at(TransportConfig node) {
    return new PeerDevice(node.link(), node.doorbell(), 1 - node.index(), node.options());
  }

  PeerDevice awaitDriverOk() {
    await("DRIVER_OK", () -> (status() & 4) != 0);
    return this;
  }

  /** Begins again at rings that the driver has laid out anew. */
  PeerDevice restart() {
    taken0 = used0 = taken1 = used1 = 0;
    return awaitDriverOk();
  }

  /** Takes a posted buffer; its descriptor. */
  int take() {
    await("a receive buffer", () -> queue0.availIndex() != (taken0 & 0xFFFF));
    return queue0.availEntry(taken0++);
  }

  /** How many receive buffers the driver has posted and nobody has taken. */
  int posted() {
    return (queue0.availIndex() - taken0) & 0xFFFF;
  }

  /** Takes every buffer and returns them all in one go, each with this message. */
  void cycleAll(int src, int dst, String text) {
    await("all buffers are posted", () -> posted() == NUM);
    Set<Long> addresses = new HashSet<>();
    byte[] payload = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < NUM; i++) {
      int id = take();
      addresses.add(queue0.descAddress(id));
      write(queue0.descAddress(id), src, dst, payload.length, payload);
      queue0.usedEntry(used0++, id, SIZE);
    }
    queue0.usedIndex(used0);
    kick();
    assertEquals(NUM, addresses.size());
    await("all buffers came back", () -> posted() == NUM);
  }

  void send(int src, int dst, String text) {
    send(src, dst, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void send(int src, int dst, byte[] payload) {
    send(src, dst, payload.length, payload, SIZE);
  }

  void send(int src, int dst, int headerLength, byte[] payload, int usedLength) {
    int id = take();
    write(queue0.descAddress(id), src, dst, headerLength, payload);
    use0(id, usedLength);
  }

  void announce(String name, int address) {
    send(address, 53, ns(name, address, false));
  }

  /** Returns a buffer of queue 0, whatever it holds. */
  void use0(int id, int length) {
    queue0.usedEntry(used0, id, length);
    queue0.usedIndex(++used0);
    kick();
  }

  boolean hasMessage() {
    return queue1.availIndex() != (taken1 & 0xFFFF);
  }

  /** The next message, its buffer not returned. */
  Frame next() {
    await("a message", this::hasMessage);
    int id = queue1.availEntry(taken1++);
    return frame(id, queue1.descLength(id), queue1);
  }

  /** Returns a buffer of queue 1. */
  void free(int id) {
    queue1.usedEntry(used1, id, SIZE);
    queue1.usedIndex(++used1);
    kick();
  }

  /** The next message, its buffer returned. */
  Frame receive() {
    Frame frame = next();
    free(frame.id());
    return frame;
  }
}
