// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.MemorySegment;
import rpmsg.core.RpmsgMessage;

/** An empty message to whomever. */
final class AddressedMessage implements RpmsgMessage {
  private static final MemorySegment NOTHING = MemorySegment.ofArray(new byte[0]);

  private int dst;

  void to(int address) {
    dst = address;
  }

  @Override
  public int src() {
    return 1;
  }

  @Override
  public int dst() {
    return dst;
  }

  @Override
  public int length() {
    return 0;
  }

  @Override
  public MemorySegment payload() {
    return NOTHING;
  }

  @Override
  public void copyTo(MemorySegment target, long offset) {}

  @Override
  public void hold() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void release() {}
}
