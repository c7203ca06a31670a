// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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

  /** Makes the cache lines of so many bytes this processor's; what is in them is lost. */
  void own(int bytes) {
    int end = Math.min(bytes, capacity);
    for (int at = 0; at < end; at += LINE) {
      buffer.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
    }
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
