// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import rpmsg.core.ChannelInfo;

/**
 * The ioctls of the kernel's RPMsg nodes, and the structure that three of them take (linux-rpmsg
 * E.1, LX142, LX143):
 *
 * <pre>
 *   struct rpmsg_endpoint_info { char name[32]; u32 src; u32 dst; };
 * </pre>
 */
final class Ioctl {
  static final MemoryLayout ENDPOINT_INFO =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(ChannelInfo.NAME_SIZE, ValueLayout.JAVA_BYTE)
              .withName("name"),
          ValueLayout.JAVA_INT.withName("src"),
          ValueLayout.JAVA_INT.withName("dst"));

  /** The numbers for the machine that this runs on. */
  static final Ioctl HERE = new Ioctl(Encoding.of(System.getProperty("os.arch")));

  private static final int TYPE = 0xb5;
  private static final long SRC = ENDPOINT_INFO.byteOffset(groupElement("src"));
  private static final long DST = ENDPOINT_INFO.byteOffset(groupElement("dst"));

  /** RPMSG_CREATE_EPT_IOCTL of a control node. */
  final int createEndpoint;

  /** RPMSG_DESTROY_EPT_IOCTL of an endpoint node. */
  final int destroyEndpoint;

  /** RPMSG_CREATE_DEV_IOCTL of a control node. */
  final int createDevice;

  /** RPMSG_RELEASE_DEV_IOCTL of a control node. */
  final int releaseDevice;

  /** RPMSG_GET_OUTGOING_FLOWCONTROL of an endpoint node; it fills an int. */
  final int getOutgoingFlowControl;

  /** RPMSG_SET_INCOMING_FLOWCONTROL of an endpoint node; the argument itself is 0 or 1. */
  final int setIncomingFlowControl;

  Ioctl(Encoding encoding) {
    int info = (int) ENDPOINT_INFO.byteSize();
    createEndpoint = encoding.number(encoding.write, 1, info);
    destroyEndpoint = encoding.number(encoding.none, 2, 0);
    createDevice = encoding.number(encoding.write, 3, info);
    releaseDevice = encoding.number(encoding.write, 4, info);
    getOutgoingFlowControl = encoding.number(encoding.read, 5, Integer.BYTES);
    setIncomingFlowControl = encoding.number(encoding.read, 6, Integer.BYTES);
  }

  /** How a number is put together: direction, size, type, number, from the top. */
  enum Encoding {
    /** Most processors. */
    COMMON(30, 0, 1, 2),
    /** PowerPC, MIPS and SPARC. */
    OTHER(29, 1, 4, 2);

    private static final int SIZE_SHIFT = 16;
    private static final int TYPE_SHIFT = 8;

    private final int directionShift;
    private final int none;
    private final int write;
    private final int read;

    Encoding(int directionShift, int none, int write, int read) {
      this.directionShift = directionShift;
      this.none = none;
      this.write = write;
      this.read = read;
    }

    static Encoding of(String architecture) {
      return architecture.matches("(ppc|mips|sparc).*") ? OTHER : COMMON;
    }

    private int number(int direction, int number, int size) {
      return direction << directionShift | size << SIZE_SHIFT | TYPE << TYPE_SHIFT | number;
    }
  }

  static MemorySegment endpointInfo(ChannelInfo info, Arena arena) {
    MemorySegment struct = arena.allocate(ENDPOINT_INFO);
    byte[] name = info.name().getBytes(StandardCharsets.ISO_8859_1);
    MemorySegment.copy(name, 0, struct, ValueLayout.JAVA_BYTE, 0, name.length);
    struct.set(ValueLayout.JAVA_INT, SRC, info.src());
    struct.set(ValueLayout.JAVA_INT, DST, info.dst());
    return struct;
  }
}
