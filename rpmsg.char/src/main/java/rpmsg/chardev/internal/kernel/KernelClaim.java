// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.lang.foreign.MemorySegment;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgException;

/** A private buffer that is written when it is published: the kernel lends none of its own. */
final class KernelClaim implements BufferClaim {
  /** What publishing does. */
  interface Sender {
    void send(MemorySegment payload) throws RpmsgException;
  }

  private final MemorySegment segment;
  private Sender sender;

  KernelClaim(MemorySegment segment, Sender sender) {
    this.segment = segment;
    this.sender = sender;
  }

  @Override
  public int length() {
    return (int) segment.byteSize();
  }

  @Override
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void publish() throws RpmsgException {
    Sender once = sender;
    if (once == null) {
      throw new IllegalStateException("published or aborted before");
    }
    sender = null;
    once.send(segment);
  }

  @Override
  public void abort() {
    sender = null;
  }
}
