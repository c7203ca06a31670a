// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.lang.foreign.MemorySegment;

/** A message that needs no receive buffer, so that holding it is free. */
record ArrayMessage(int src, int dst, byte[] bytes) implements RpmsgMessage {
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
  public void hold() {}

  @Override
  public void release() {}
}
