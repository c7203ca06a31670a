// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The message header, 16 bytes before each payload (LX001, LX002, linux-rpmsg A.1):
 *
 * <pre>
 * struct rpmsg_hdr {
 *   u32 src;       //  0: sender's address
 *   u32 dst;       //  4: receiver's address
 *   u32 reserved;  //  8: 0 when we send; scratch space of the receiver, so ignored (LX003, LX005)
 *   u16 len;       // 12: bytes of payload
 *   u16 flags;     // 14: none are defined: 0 when we send, ignored (LX004, LX005)
 * };
 * </pre>
 *
 * Each getter reads shared memory once; the caller keeps what it got.
 */
public final class RpmsgHeader {
  /** Bytes of the header. */
  public static final int SIZE = 16;

  private static final int SRC = 0;
  private static final int DST = 4;
  private static final int RESERVED_AND_LEN = 8;
  private static final int LEN = 12;

  private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final boolean BIG = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;

  private static final int MAX_LENGTH = 0xFFFF;

  private final boolean swap;

  /** A codec for one byte order. */
  public RpmsgHeader(ByteOrder order) {
    swap = order != ByteOrder.nativeOrder();
  }

  /**
   * Largest payload of a buffer of {@code size} bytes, from 16 on: the field len is 16 bits wide.
   */
  public static int payload(int size) {
    return Math.min(size - SIZE, MAX_LENGTH);
  }

  /** Sender's address of the message at the start of {@code buffer}. */
  public int src(MemorySegment buffer) {
    return swapped(buffer.get(U32, SRC));
  }

  /** Receiver's address. */
  public int dst(MemorySegment buffer) {
    return swapped(buffer.get(U32, DST));
  }

  /** Bytes of payload, 0 to 65535. */
  public int length(MemorySegment buffer) {
    short len = buffer.get(U16, LEN);
    return Short.toUnsignedInt(swap ? Short.reverseBytes(len) : len);
  }

  /** Writes a whole header, reserved and flags 0. */
  public void write(MemorySegment buffer, int src, int dst, int length) {
    buffer.set(U32, SRC, swapped(src));
    buffer.set(U32, DST, swapped(dst));
    buffer.set(U64, RESERVED_AND_LEN, upperHalf(length));
  }

  /** Bytes 8 to 15 as one store: reserved, len, flags. */
  private long upperHalf(int length) {
    long len = Short.toUnsignedLong(swap ? Short.reverseBytes((short) length) : (short) length);
    return BIG ? len << 16 : len << 32;
  }

  private int swapped(int value) {
    return swap ? Integer.reverseBytes(value) : value;
  }
}
