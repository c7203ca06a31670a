// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.NameServiceMessage;

/** A received message whose buffer is an array. */
record Datagram(int src, int dst, byte[] bytes) implements RpmsgMessage {
  /** An announcement as peers send it: from the announced address to 53, little-endian. */
  static Datagram create(String name, int address) {
    return announcement(new NameServiceMessage(name, address, false));
  }

  static Datagram destroy(String name, int address) {
    return announcement(new NameServiceMessage(name, address, true));
  }

  static Datagram toNameService(byte[] payload) {
    return new Datagram(0x400, 53, payload);
  }

  private static Datagram announcement(NameServiceMessage message) {
    return new Datagram(message.address(), 53, message.encode(ByteOrder.LITTLE_ENDIAN));
  }

  @Override
  public int length() {
    return bytes.length;
  }

  @Override
  public MemorySegment payload() {
    return MemorySegment.ofArray(bytes).asReadOnly();
  }

  @Override
  public void copyTo(MemorySegment target, long offset) {
    MemorySegment.copy(payload(), 0, target, offset, bytes.length);
  }

  @Override
  public void hold() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release() {}
}
