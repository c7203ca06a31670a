// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import rpmsg.virtio.internal.link.LinkOptions;

/** Plays the main processor against our device side. */
final class PeerDriver extends RawPeer {
  /** Length of the transmit descriptors; 0 for the message's own. */
  int transmitLength;

  int transmitFlags;
  int avail0;
  int seen0;
  int avail1;
  int seen1;

  /** used.len of the transmit buffer that came back last. */
  int returnedLength;

  final Deque<Integer> free = new ArrayDeque<>();

  PeerDriver(String at, String doorbell, int index, LinkOptions options) {
    super(at, doorbell, index, options);
  }

  static PeerDriver at(TransportConfig node) {
    return new PeerDriver(node.link(), node.doorbell(), 1 - node.index(), node.options());
  }

  /** All of the handshake. */
  PeerDriver start() {
    layOut();
    status(7);
    return this;
  }

  /** Features, rings and receive buffers, as far as DRIVER_OK. */
  void layOut() {
    status(0);
    u32(0x24, u32(0x20) & 1);
    layOutRings();
  }

  void layOutRings() {
    queue0.zero();
    queue1.zero();
    avail0 = seen0 = avail1 = seen1 = 0;
    free.clear();
    for (int id = 0; id < NUM; id++) {
      free.add(id);
      queue0.desc(id, POOL + (long) id * SIZE, SIZE, 2);
      queue0.availEntry(avail0++, id);
    }
    queue0.availIndex(avail0);
    queue1.availFlags(1);
  }

  static long transmitAddress(int id) {
    return POOL + (long) (NUM + id) * SIZE;
  }

  /** Takes back what the device returned. */
  void reclaim() {
    while (queue1.usedIndex() != (seen1 & 0xFFFF)) {
      returnedLength = queue1.usedLength(seen1);
      free.add(queue1.usedId(seen1++));
    }
  }

  int takeFree() {
    await(
        "a transmit buffer",
        () -> {
          reclaim();
          return !free.isEmpty();
        });
    return free.remove();
  }

  void send(int src, int dst, String text) {
    send(src, dst, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  void send(int src, int dst, byte[] payload) {
    int id = takeFree();
    write(transmitAddress(id), src, dst, payload.length, payload);
    int length = transmitLength == 0 ? 16 + payload.length : transmitLength;
    queue1.desc(id, transmitAddress(id), length, transmitFlags);
    post(id);
  }

  /** Makes a descriptor of queue 1 available, whatever it says. */
  void post(int id) {
    queue1.availEntry(avail1, id);
    queue1.availIndex(++avail1);
    kick();
  }

  /** Whether all transmit buffers came back. */
  boolean allFree() {
    reclaim();
    return free.size() == NUM;
  }

  boolean hasMessage() {
    return queue0.usedIndex() != (seen0 & 0xFFFF);
  }

  /** The next message, its buffer not posted again. */
  Frame next() {
    await("a message", this::hasMessage);
    int id = queue0.usedId(seen0);
    return frame(id, queue0.usedLength(seen0++), queue0);
  }

  void repost(int id) {
    queue0.availEntry(avail0, id);
    queue0.availIndex(++avail0);
    kick();
  }

  /** The next message, its buffer posted again. */
  Frame receive() {
    Frame frame = next();
    repost(frame.id());
    return frame;
  }

  /** The name and address of the next announcement. */
  String announced() {
    Frame frame = receive();
    int end = frame.text().indexOf('\0');
    return frame.text().substring(0, end);
  }
}
