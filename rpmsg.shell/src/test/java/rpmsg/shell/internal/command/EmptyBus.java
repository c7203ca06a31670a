// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.util.List;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** A bus without transports and drivers. */
record EmptyBus() implements RpmsgBus {
  @Override
  public List<RpmsgTransport> transports() {
    return List.of();
  }

  @Override
  public List<DriverInfo> drivers() {
    return List.of();
  }

  @Override
  public AddressSpace open(TransportOps ops) {
    throw new UnsupportedOperationException();
  }
}
