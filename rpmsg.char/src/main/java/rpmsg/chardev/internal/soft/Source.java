// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import rpmsg.chardev.internal.Port;
import rpmsg.core.RpmsgException;

/** Where an endpoint device has its endpoint from. */
interface Source {
  /** A port for the next opener; errors as {@link rpmsg.chardev.EndpointDevice#open} says. */
  SoftPort open(Port.Events events) throws RpmsgException;

  /** Whether users may destroy the device (LX165). */
  boolean destroyable();
}
