// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.spi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;

/**
 * The name service message, 40 bytes (LX006, linux-rpmsg A.2):
 *
 * <pre>
 * struct rpmsg_ns_msg {
 *   char name[32];   // 0: up to the first NUL; zero-padded when we send (LX009, LX010)
 *   u32  addr;       // 32: address of the service
 *   u32  flags;      // 36: bit 0: 0 CREATE, 1 DESTROY; other bits are ignored (LX008, LX101)
 * };
 * </pre>
 *
 * @param name at most 31 bytes, one char a byte (ISO 8859-1): names are bytes, and every byte that
 *     a peer sent comes back as it was
 */
public record NameServiceMessage(String name, int address, boolean destroy) {
  /** Bytes of the message. */
  public static final int SIZE = 40;

  private static final int ADDR = ChannelInfo.NAME_SIZE;
  private static final int FLAGS = ADDR + Integer.BYTES;
  private static final int DESTROY = 1;

  /**
   * Reads a private copy of exactly {@link #SIZE} bytes; byte 31 of the name is not used (LX096).
   */
  public static NameServiceMessage decode(byte[] bytes, ByteOrder order) {
    if (bytes.length != SIZE) {
      throw new IllegalArgumentException("malformed ns msg (" + bytes.length + "), expected 40");
    }
    MemorySegment segment = MemorySegment.ofArray(bytes);
    ValueLayout.OfInt u32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
    return new NameServiceMessage(
        name(bytes), segment.get(u32, ADDR), (segment.get(u32, FLAGS) & DESTROY) != 0);
  }

  /** The bytes to send. */
  public byte[] encode(ByteOrder order) {
    byte[] bytes = new byte[SIZE];
    byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, bytes, 0, Math.min(text.length, ChannelInfo.NAME_SIZE - 1));
    MemorySegment segment = MemorySegment.ofArray(bytes);
    ValueLayout.OfInt u32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
    segment.set(u32, ADDR, address);
    segment.set(u32, FLAGS, destroy ? DESTROY : 0);
    return bytes;
  }

  private static String name(byte[] bytes) {
    int end = 0;
    while (end < ChannelInfo.NAME_SIZE - 1 && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return "NS{name=%s addr=%s %s}"
        .formatted(
            ChannelInfo.printable(name),
            RpmsgAddress.format(address),
            destroy ? "DESTROY" : "CREATE");
  }
}
