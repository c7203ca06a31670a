// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;

/** Where devices are shown to others. */
public interface DeviceRegistry {
  /**
   * Shows a device until what is returned is run.
   *
   * @throws IllegalStateException when the bundle is stopping
   */
  Runnable show(ControlDevice device);

  /** As {@link #show(ControlDevice)}. */
  Runnable show(EndpointDevice device);
}
