// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * {@code { u32 index; u32 num; }}: a vring, and a number whose meaning is the request's. Both are
 * unsigned, so a hostile one may be negative here: check them.
 */
public record VringState(int index, int num) {

  static final int SIZE = 8;

  static VringState read(MemorySegment payload) {
    return new VringState(
        payload.get(JAVA_INT_UNALIGNED, 0), payload.get(JAVA_INT_UNALIGNED, Integer.BYTES));
  }

  MemorySegment bytes() {
    MemorySegment payload = MemorySegment.ofArray(new byte[SIZE]);
    payload.set(JAVA_INT_UNALIGNED, 0, index);
    payload.set(JAVA_INT_UNALIGNED, Integer.BYTES, num);
    return payload;
  }
}
