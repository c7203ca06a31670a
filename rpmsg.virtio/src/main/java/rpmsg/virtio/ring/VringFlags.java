// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

/** The flag bits of descriptors and rings (VIRTIO 1.2, sections 2.7.5, 2.7.6 and 2.7.8). */
public final class VringFlags {

  /** Descriptor: the buffer continues in the descriptor named by {@code next}. */
  public static final int DESC_NEXT = 1;

  /** Descriptor: the device writes to the buffer; without it the device only reads. */
  public static final int DESC_WRITE = 2;

  /** Descriptor: the buffer holds a table of descriptors. */
  public static final int DESC_INDIRECT = 4;

  /** avail.flags: the driver needs no interrupt when a buffer is used. */
  public static final int AVAIL_NO_INTERRUPT = 1;

  /** used.flags: the device needs no kick when a buffer is made available. */
  public static final int USED_NO_NOTIFY = 1;

  private VringFlags() {}
}
