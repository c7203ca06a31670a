// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/**
 * Moments at which the long waits of all links end together: what a wait costs is the processor
 * that has to wake up after it, and one wake-up serves all that wait for it.
 */
public final class SharedMoments {
  private static final long STEP_NANOS = 100_000_000;

  private SharedMoments() {}

  /**
   * Shortens a long wait that begins now to the last shared moment in it, by less than 100
   * milliseconds; a wait of less than 200 milliseconds stays as it is.
   */
  public static long within(long nanos) {
    return nanos < 2 * STEP_NANOS
        ? nanos
        : nanos - Math.floorMod(System.nanoTime() + nanos, STEP_NANOS);
  }
}
