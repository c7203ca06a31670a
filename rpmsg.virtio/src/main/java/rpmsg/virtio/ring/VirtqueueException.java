// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

/**
 * The other side broke the rules of the ring. The queue that throws it is broken from then on and
 * writes nothing more; it recovers only by a new ring.
 */
public final class VirtqueueException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final RingFault fault;

  VirtqueueException(RingFault fault, String message) {
    super(fault + ": " + message);
    this.fault = fault;
  }

  /** Which rule was broken. */
  public RingFault fault() {
    return fault;
  }
}
