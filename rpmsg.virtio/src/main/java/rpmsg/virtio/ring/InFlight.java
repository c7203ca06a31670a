// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.ring;

/**
 * Notes what a device has in hand where it outlives the device, so that another one can take over
 * (vhost-user protocol, section "Inflight I/O tracking"). The thread of the queue calls it; a call
 * must cost little, and may throw nothing.
 */
public interface InFlight {

  /** Notes nothing. */
  InFlight NONE =
      new InFlight() {
        @Override
        public int[] resume(int usedIndex) {
          return null;
        }

        @Override
        public boolean done(int id) {
          return false;
        }

        @Override
        public void taken(int id) {}

        @Override
        public void returned(int id) {}

        @Override
        public void added(int id) {}

        @Override
        public void published(int usedIndex) {}
      };

  /**
   * What an earlier device left in hand.
   *
   * @param usedIndex used.idx as it is in the ring, 0 to 65535
   * @return the head descriptors in the order in which they were taken, each below num and once;
   *     null if there was no device that noted it
   */
  int[] resume(int usedIndex);

  /** Whether the earlier device had done its work with one of those: it only is to be returned. */
  boolean done(int id);

  /** A buffer was taken from the avail ring. */
  void taken(int id);

  /** A buffer is in the avail ring as if it had never been taken. */
  void returned(int id);

  /** The work is done; the driver is not told yet. */
  void added(int id);

  /**
   * The driver sees all that was added.
   *
   * @param usedIndex used.idx, 0 to 65535
   */
  void published(int usedIndex);
}
