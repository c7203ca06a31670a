// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

/** What the other side did to a ring that makes it unusable until it is set up afresh. */
public enum RingFault {
  /**
   * An index moved further than it can: used.idx by more than what is outstanding, or avail.idx by
   * more than the ring has descriptors. What lies in between would be stale entries.
   */
  INDEX_JUMP,

  /** A used element names a descriptor that the ring does not have (LX129). */
  ID_OUT_OF_RANGE,

  /**
   * A used element names a descriptor that the device does not have, or had and returned (LX130).
   */
  ID_NOT_OUTSTANDING
}
