// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

/**
 * What configuration says of the devices of this container.
 *
 * @param queue messages that wait for a reader, at most, of each device (LX176)
 * @param keepWhileClosed whether the device of a channel's default endpoint queues what comes
 *     between two openers (LX174)
 */
record Settings(int queue, boolean keepWhileClosed) {
  Settings {
    if (queue < 1) {
      throw new IllegalArgumentException("rpmsg.chardev: queue must be at least 1, is " + queue);
    }
  }
}
