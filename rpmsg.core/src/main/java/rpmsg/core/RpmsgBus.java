// SPDX-License-Identifier: Apache-2.0
package rpmsg.core;

import java.util.Collection;
import java.util.List;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** Where channels and drivers meet; one OSGi service in a container. */
public interface RpmsgBus {
  /** The address spaces that are open: a copy. */
  Collection<RpmsgTransport> transports();

  /** The drivers that are registered, in the order in which they are tried: a copy. */
  List<DriverInfo> drivers();

  /**
   * For transports: opens an address space for a new link.
   *
   * @throws IllegalArgumentException when a transport of that name is open
   */
  AddressSpace open(TransportOps ops);
}
