// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import rpmsg.core.RpmsgTransport;

/** Makes a ready transport visible: the component registers condition and service by hand. */
@FunctionalInterface
public interface ReadinessPublisher {
  /**
   * Publishes, on the control queue.
   *
   * @return what undoes it, on any thread
   */
  Runnable publish(RpmsgTransport transport);
}
