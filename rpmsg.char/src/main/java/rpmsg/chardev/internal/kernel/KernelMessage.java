// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.lang.foreign.MemorySegment;
import rpmsg.core.RpmsgMessage;

/** A message that the kernel has copied to us; holding it costs nobody a buffer. */
record KernelMessage(int src, int dst, byte[] bytes) implements RpmsgMessage {
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
