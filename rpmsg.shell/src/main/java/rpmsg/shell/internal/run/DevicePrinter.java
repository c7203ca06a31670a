// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.run;

import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;

/** Shows control and endpoint devices as they come and go, the kernel's too. */
@Component(
    enabled = false,
    immediate = true,
    service = {})
public final class DevicePrinter {
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addControl(ControlDevice device) {
    print(device.transport(), "control device " + device.name());
  }

  void removeControl(ControlDevice device) {
    print(device.transport(), "control device " + device.name() + " removed");
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addEndpoint(EndpointDevice device) {
    print(device.transport(), "device " + device.name() + " " + device.info());
  }

  void removeEndpoint(EndpointDevice device) {
    print(device.transport(), "device " + device.name() + " removed");
  }

  private static void print(String transport, String what) {
    System.out.println(ChannelInfo.printable(transport + ": " + what));
  }
}
