// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgException;
import rpmsg.virtio.internal.link.DeviceMemory;
import rpmsg.virtio.internal.wire.RpmsgHeader;

/** A transmit buffer: one object per buffer, made once. */
final class TxBuffer implements BufferClaim {
  private final Transmitter owner;
  MemorySegment buffer;
  long address;
  int capacity;

  /** The descriptor that stands for this buffer, where the peer chose it. */
  int id;

  int src;
  int dst;
  private int length;
  private MemorySegment payload;
  private MemorySegment payloadOf;
  private boolean claimed;

  TxBuffer(Transmitter owner) {
    this.owner = owner;
  }

  /** Where this buffer lies; a new view only when that changed. False if it is outside. */
  boolean place(DeviceMemory memory, long address, int capacity) {
    if (buffer == null || this.address != address || this.capacity != capacity) {
      buffer = memory.at(address, capacity);
      this.address = address;
      this.capacity = capacity;
    }
    return buffer != null;
  }

  /** Finds this buffer again in other memory; false if it is not there. */
  boolean move(DeviceMemory memory) {
    if (buffer == null) {
      return false;
    }
    buffer = memory.at(address, capacity);
    return buffer != null;
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
    MemorySegment view = payload;
    MemorySegment whole = buffer;
    if (payloadOf != whole || view.byteSize() != length) {
      view = whole.asSlice(RpmsgHeader.SIZE, length);
      payload = view;
      payloadOf = whole;
    }
    return view;
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
