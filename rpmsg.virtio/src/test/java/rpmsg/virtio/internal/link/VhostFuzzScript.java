// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import rpmsg.virtio.internal.link.VhostHostileFront.Stage;

/**
 * What a front-end does, as the fuzzer's bytes say: requests in any order with fields that are
 * mostly right, kicks, entries of rings, and noise. No bytes at all mean that all is right.
 */
final class VhostFuzzScript {

  private static final int MOST_STEPS = 48;
  private static final int ONE_IN = 40;

  private static final long[] ODD = {
    0,
    1,
    2,
    3,
    7,
    15,
    17,
    255,
    256,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    0x7FFF_FFFF,
    0x8000_0000L,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -2,
    -4096
  };

  private static final int[] REQUESTS = {
    1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 21, 24, 25, 31, 32, 34, 35, 36, 37, 38,
    39, 40
  };

  private final FuzzedDataProvider data;
  private final VhostHostileFront front;
  private final VhostHostileGuest guest;

  VhostFuzzScript(FuzzedDataProvider data, VhostHostileFront front) {
    this.data = data;
    this.front = front;
    guest = front.guest;
  }

  void run() throws IOException {
    front.come(data.pickValue(Stage.values()));
    for (int i = 0;
        i < MOST_STEPS && front.device.failures.isEmpty() && data.remainingBytes() > 0;
        i++) {
      step();
    }
  }

  private void step() throws IOException {
    switch (data.consumeInt(0, 9)) {
      case 0 -> setUpQueue(data.consumeInt(0, 1));
      case 1 -> front.kick(data.consumeInt(0, 1), false);
      case 2 -> guest.post(data.consumeInt(0, 1), (int) field(data.consumeInt(0, 15)));
      case 3 -> descriptor();
      case 4 -> scribble();
      case 5 -> guest.send(data.consumeInt(0, 15), 1, 2, data.consumeBytes(16));
      case 6 -> noise();
      default -> request(data.pickValue(REQUESTS));
    }
  }

  /** The right value, and now and then another one. */
  private long field(long right) {
    if (data.consumeInt(0, ONE_IN) != ONE_IN) {
      return right;
    }
    return switch (data.consumeInt(0, 3)) {
      case 0 -> data.pickValue(ODD);
      case 1 -> right + data.consumeInt(-16, 16);
      case 2 -> right ^ 1L << data.consumeInt(0, 63);
      default -> data.consumeLong();
    };
  }

  private int number(long right) {
    return (int) field(right);
  }

  /** All that a queue needs, in the right order. */
  private void setUpQueue(int queue) throws IOException {
    for (int request : new int[] {13, 8, 10, 9, 12, 18}) {
      say(queueMessage(request, queue), fdsOf(request));
    }
  }

  private void descriptor() {
    int queue = data.consumeInt(0, 1);
    int id = data.consumeInt(0, VhostHostileGuest.NUM - 1);
    guest.descriptor(
        queue,
        id,
        field(VhostHostileGuest.GUEST + VhostHostileGuest.buffer(queue, id)),
        number(VhostHostileGuest.BUFFER),
        number(queue == 0 ? 2 : 0));
  }

  private void scribble() {
    long at = data.consumeInt(0, (int) VhostHostileGuest.SIZE / 2 - 1) * 2L;
    guest.memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, data.consumeShort());
  }

  private void noise() {
    byte[] bytes = data.consumeBytes(64);
    if (bytes.length > 0) {
      front.say(bytes, descriptors(data.consumeInt(0, 2)));
    }
  }

  private void request(int request) throws IOException {
    byte[] message =
        switch (request) {
          case 2 -> VhostHostileBytes.u64(request, field(VhostHostileFront.FEATURES));
          case 16 ->
              VhostHostileBytes.u64(
                  request,
                  field(
                      data.consumeBoolean()
                          ? VhostHostileFront.PROTOCOL
                          : VhostHostileFront.INBAND));
          case 39 -> VhostHostileBytes.u64(request, field(data.consumeInt(0, 15)));
          case 5 -> table();
          case 37, 38 -> region(request);
          case 24, 25 -> {
            int size = number(4);
            yield VhostHostileBytes.config(request, number(0), size, number(4) & 0xFF);
          }
          case 31, 32 ->
              VhostHostileBytes.inflight(
                  request, field(4096), field(0), number(2), number(VhostHostileGuest.NUM));
          case 1, 3, 4, 15, 17, 21, 34, 36, 40 -> VhostHostileBytes.request(request);
          default -> queueMessage(request, data.consumeInt(0, 1));
        };
    say(message, fdsOf(request));
  }

  private byte[] queueMessage(int request, int queue) {
    int index = number(queue);
    return switch (request) {
      case 8 -> VhostHostileBytes.state(request, index, number(VhostHostileGuest.NUM));
      case 9 -> address(queue);
      case 12, 13, 14 -> VhostHostileBytes.u64(request, field(index));
      case 18 -> VhostHostileBytes.state(request, index, number(data.consumeInt(0, 1)));
      default -> VhostHostileBytes.state(request, index, number(0));
    };
  }

  private byte[] address(int queue) {
    byte[] right = VhostHostileGuest.address(queue);
    var fields = VhostHostileBytes.buffer(right.length).put(right);
    int header = VhostHostileBytes.HEADER;
    fields.putInt(header, number(queue)).putInt(header + 4, number(0));
    for (int at = header + 8; at < header + 32; at += 8) {
      fields.putLong(at, field(fields.getLong(at)));
    }
    return fields.array();
  }

  private byte[] table() {
    if (data.consumeBoolean()) {
      long half = VhostHostileGuest.SIZE / 2;
      return VhostHostileBytes.table(
          number(2),
          field(VhostHostileGuest.GUEST),
          field(half),
          field(VhostHostileGuest.USER),
          field(VhostHostileGuest.OFFSET),
          field(VhostHostileGuest.GUEST + half),
          field(half),
          field(VhostHostileGuest.USER + half),
          field(VhostHostileGuest.OFFSET + half));
    }
    return VhostHostileBytes.table(
        number(1),
        field(VhostHostileGuest.GUEST),
        field(VhostHostileGuest.SIZE),
        field(VhostHostileGuest.USER),
        field(VhostHostileGuest.OFFSET));
  }

  private byte[] region(int request) {
    long apart = data.consumeInt(0, 3) * 0x100_0000L;
    return VhostHostileBytes.region(
        request,
        field(VhostHostileGuest.GUEST + apart),
        field(VhostHostileGuest.SIZE),
        field(VhostHostileGuest.USER + apart),
        field(VhostHostileGuest.OFFSET));
  }

  /** As many as the request wants, of the right kind, mostly. */
  private int[] fdsOf(int request) throws IOException {
    if (data.consumeInt(0, ONE_IN) == ONE_IN) {
      return descriptors(data.consumeInt(0, 10));
    }
    return switch (request) {
      case 5, 37 -> new int[] {guest.memfd};
      case 12 -> new int[] {guest.kicks[data.consumeInt(0, 1)]};
      case 13, 14 -> new int[] {guest.calls[data.consumeInt(0, 1)]};
      case 21 -> {
        int[] pair = VhostHostileCalls.pair();
        guest.own(pair[0]);
        yield new int[] {guest.own(pair[1])};
      }
      case 32 -> new int[] {data.consumeBoolean() ? guest.memfd : guest.memfd(4096)};
      default -> new int[0];
    };
  }

  private int[] descriptors(int count) {
    int[] all = {guest.memfd, guest.kicks[0], guest.calls[1]};
    int[] fds = new int[count];
    for (int i = 0; i < count; i++) {
      fds[i] = data.pickValue(all);
    }
    return fds;
  }

  /** With header fields that are mostly right, whole or in part, and answered or not. */
  private void say(byte[] message, int[] fds) {
    var bytes = VhostHostileBytes.buffer(message.length).put(message);
    bytes.putInt(4, number(VhostHostileBytes.VERSION));
    bytes.putInt(8, number(message.length - VhostHostileBytes.HEADER));
    if (data.consumeBoolean()) {
      bytes.put(4, (byte) (bytes.get(4) | VhostHostileBytes.NEED_REPLY));
    }
    int length = Math.clamp(field(message.length), 1, message.length);
    front.say(Arrays.copyOf(bytes.array(), length), fds);
    if (data.consumeBoolean()) {
      front.reply();
    }
  }
}
