// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgException;
import rpmsg.virtio.internal.wire.RpmsgHeader;

/** A transmit buffer: one object per buffer, made once. */
final class TxBuffer extends PlacedBuffer implements BufferClaim {
  private final Transmitter owner;

  /** The descriptor that stands for this buffer. */
  int id;

  int src;
  int dst;
  private int length;
  private boolean claimed;

  TxBuffer(Transmitter owner) {
    super(false);
    this.owner = owner;
  }

  /** Header and payload in one go. */
  void fill(RpmsgHeader header, int src, int dst, MemorySegment data, int length) {
    MemorySegment.copy(data, 0, buffer, RpmsgHeader.SIZE, length);
    header.write(buffer, src, dst, length);
    this.length = length;
  }

  void claimFor(int src, int dst, int length) {
    this.src = src;
    this.dst = dst;
    this.length = length;
    claimed = true;
  }

  /** Bytes of header and payload. */
  int total() {
    return RpmsgHeader.SIZE + length;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public MemorySegment segment() {
    return payload(length);
  }

  @Override
  public void publish() throws RpmsgException {
    if (!claimed) {
      throw new IllegalStateException("the claim was published or aborted before");
    }
    claimed = false;
    owner.publish(this);
  }

  @Override
  public void abort() {
    if (claimed) {
      claimed = false;
      owner.abort(this);
    }
  }
}
