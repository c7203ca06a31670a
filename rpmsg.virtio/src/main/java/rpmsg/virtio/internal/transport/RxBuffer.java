// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.virtio.internal.wire.RpmsgHeader;

/** A receive buffer with the message in it: one object per descriptor, made once. */
final class RxBuffer extends PlacedBuffer implements RpmsgMessage {
  private static final int IDLE = 0;
  private static final int DELIVERING = 1;
  private static final int HELD = 2;

  final int id;
  private final HeldBuffers owner;
  private final AtomicInteger state = new AtomicInteger(IDLE);
  private int src;
  private int dst;
  private int length;

  /** Link in the stack of released buffers, see {@link HeldBuffers}. */
  RxBuffer next;

  RxBuffer(int id, HeldBuffers owner) {
    super(true);
    this.id = id;
    this.owner = owner;
  }

  /**
   * Reads the header, each field once.
   *
   * @param available bytes that hold the message, 16 to {@link #capacity}
   * @return false when the header claims more (LX133)
   */
  boolean load(RpmsgHeader header, int available) {
    length = header.length(buffer);
    src = header.src(buffer);
    dst = header.dst(buffer);
    return length <= available - RpmsgHeader.SIZE;
  }

  void delivering() {
    state.setPlain(DELIVERING);
  }

  /**
   * After the listener: true when the buffer goes back to the ring now. Once held, it comes back by
   * {@link HeldBuffers#takeReleased} alone, even if it was released meanwhile.
   */
  boolean delivered() {
    if (state.getPlain() != DELIVERING) {
      return false;
    }
    state.setPlain(IDLE);
    return true;
  }

  @Override
  public int src() {
    return src;
  }

  @Override
  public int dst() {
    return dst;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public MemorySegment payload() {
    return payload(length);
  }

  @Override
  public void copyTo(MemorySegment target, long offset) {
    MemorySegment.copy(buffer, RpmsgHeader.SIZE, target, offset, length);
  }

  @Override
  public void hold() throws RpmsgException {
    if (state.get() != DELIVERING) {
      throw new IllegalStateException("only the listener can hold a message, and once");
    }
    owner.reserve();
    state.set(HELD);
  }

  @Override
  public void release() {
    if (state.compareAndSet(HELD, IDLE)) {
      owner.released(this);
    }
  }
}
