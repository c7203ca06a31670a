// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Messages of vhost-user as bytes, right or wrong. */
final class VhostHostileBytes {

  static final int VERSION = 1;
  static final int REPLY = 4;
  static final int NEED_REPLY = 8;
  static final int HEADER = 12;

  private VhostHostileBytes() {}

  /** A header that says this size, and these bytes behind it. */
  static byte[] message(int request, int flags, int size, byte[] payload) {
    return buffer(HEADER + payload.length)
        .putInt(request)
        .putInt(flags)
        .putInt(size)
        .put(payload)
        .array();
  }

  /** A request whose header tells the truth. */
  static byte[] request(int request, byte[] payload) {
    return message(request, VERSION, payload.length, payload);
  }

  static byte[] request(int request) {
    return request(request, new byte[0]);
  }

  /** The same with NEED_REPLY. */
  static byte[] needingReply(byte[] request) {
    byte[] copy = request.clone();
    copy[4] |= NEED_REPLY;
    return copy;
  }

  static byte[] u64(int request, long value) {
    return request(request, buffer(8).putLong(value).array());
  }

  static byte[] state(int request, int index, int num) {
    return request(request, buffer(8).putInt(index).putInt(num).array());
  }

  static byte[] address(int index, int flags, long desc, long used, long avail) {
    return request(
        9,
        buffer(40).putInt(index).putInt(flags).putLong(desc).putLong(used).putLong(avail).array());
  }

  /** SET_MEM_TABLE that says so many regions, with four numbers for each one that is there. */
  static byte[] table(int count, long... regions) {
    ByteBuffer payload = buffer(8 + 8 * regions.length).putInt(count).putInt(0);
    Arrays.stream(regions).forEach(payload::putLong);
    return request(5, payload.array());
  }

  /** ADD_MEM_REG (37) or REM_MEM_REG (38). */
  static byte[] region(int request, long guest, long size, long user, long offset) {
    return request(
        request,
        buffer(40).putLong(0).putLong(guest).putLong(size).putLong(user).putLong(offset).array());
  }

  /** GET_INFLIGHT_FD (31) or SET_INFLIGHT_FD (32). */
  static byte[] inflight(int request, long size, long offset, int queues, int num) {
    return request(
        request,
        buffer(24)
            .putLong(size)
            .putLong(offset)
            .putShort((short) queues)
            .putShort((short) num)
            .array());
  }

  /** GET_CONFIG (24) or SET_CONFIG (25), with so many bytes behind it. */
  static byte[] config(int request, int offset, int size, int bytes) {
    return request(request, buffer(12 + bytes).putInt(offset).putInt(size).array());
  }

  static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }
}
