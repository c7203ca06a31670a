// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import rpmsg.core.spi.NameService;
import rpmsg.virtio.internal.transport.VirtioTransport;

/**
 * Gives the name service to all transports of this bundle. The reference to it is mandatory:
 * without a name service this component is not active and no transport is ready, and a set of
 * bundles without one does not resolve.
 */
@Component(
    name = "rpmsg.virtio.nameservice",
    immediate = true,
    service = {})
public final class NameServiceComponent {
  private final NameService nameService;
  private final List<VirtioTransport> transports = new CopyOnWriteArrayList<>();

  @Activate
  public NameServiceComponent(@Reference NameService nameService) {
    this.nameService = nameService;
  }

  // Dynamic: a transport that comes or goes does not concern the others.
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "removeTransport")
  void addTransport(VirtioTransport transport) {
    transports.add(transport);
    transport.nameService(nameService);
  }

  void removeTransport(VirtioTransport transport) {
    if (transports.remove(transport)) {
      transport.nameService(null);
    }
  }

  @Deactivate
  void withdraw() {
    transports.forEach(this::removeTransport);
  }
}
