// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Where a vring is: {@code { u32 index; u32 flags; u64 descriptors; u64 used; u64 avail; u64 log;
 * }}. Addresses are the front-end's user addresses, the log's is the guest's. Nothing of it is
 * checked.
 *
 * @param flags bit 0: log writes to the used ring
 */
public record VringAddress(
    int index, int flags, long descriptors, long used, long avail, long log) {

  static final int SIZE = 40;

  private static final long DESCRIPTORS = 8;
  private static final long USED = 16;
  private static final long AVAIL = 24;
  private static final long LOG = 32;

  static VringAddress read(MemorySegment payload) {
    return new VringAddress(
        payload.get(JAVA_INT_UNALIGNED, 0),
        payload.get(JAVA_INT_UNALIGNED, Integer.BYTES),
        payload.get(JAVA_LONG_UNALIGNED, DESCRIPTORS),
        payload.get(JAVA_LONG_UNALIGNED, USED),
        payload.get(JAVA_LONG_UNALIGNED, AVAIL),
        payload.get(JAVA_LONG_UNALIGNED, LOG));
  }

  MemorySegment bytes() {
    MemorySegment payload = MemorySegment.ofArray(new byte[SIZE]);
    payload.set(JAVA_INT_UNALIGNED, 0, index);
    payload.set(JAVA_INT_UNALIGNED, Integer.BYTES, flags);
    payload.set(JAVA_LONG_UNALIGNED, DESCRIPTORS, descriptors);
    payload.set(JAVA_LONG_UNALIGNED, USED, used);
    payload.set(JAVA_LONG_UNALIGNED, AVAIL, avail);
    payload.set(JAVA_LONG_UNALIGNED, LOG, log);
    return payload;
  }
}
