// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.lang.foreign.MemorySegment;
import rpmsg.core.RpmsgMessage;

/** A message over an array. */
public record FakeMessage(int src, int dst, byte[] bytes) implements RpmsgMessage {
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
  public void release() {
    throw new UnsupportedOperationException();
  }
}
