// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;

/** Finds control and endpoint devices, those of this container and the kernel's. */
@Component(service = Devices.class)
public final class Devices {
  private final List<ControlDevice> controls = new CopyOnWriteArrayList<>();
  private final List<EndpointDevice> endpoints = new CopyOnWriteArrayList<>();

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addControl(ControlDevice device) {
    controls.add(device);
  }

  void removeControl(ControlDevice device) {
    controls.remove(device);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addEndpoint(EndpointDevice device) {
    endpoints.add(device);
  }

  void removeEndpoint(EndpointDevice device) {
    endpoints.remove(device);
  }

  /** Control devices: {@code rpmsg_ctrl2} before {@code rpmsg_ctrl10}, the kernel's last. */
  List<ControlDevice> controls() {
    return sorted(controls, ControlDevice::name);
  }

  /** Endpoint devices, ordered likewise. */
  List<EndpointDevice> endpoints() {
    return sorted(endpoints, EndpointDevice::name);
  }

  private static <D> List<D> sorted(List<D> devices, Function<D, String> name) {
    return devices.stream()
        .sorted(Comparator.comparing(name.andThen(String::length)).thenComparing(name))
        .toList();
  }

  /** The endpoint device of that name. */
  EndpointDevice endpoint(String name) {
    List<EndpointDevice> all = endpoints();
    return all.stream()
        .filter(device -> device.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            Directory.missing("device", name, all.stream().map(EndpointDevice::name).toList()));
  }

  /** The control device of that name or of that transport; where there is one only, also of "". */
  ControlDevice control(String name) {
    List<ControlDevice> all = controls();
    List<ControlDevice> found = all.stream().filter(device -> isMeant(name, device)).toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    List<String> there = (found.isEmpty() ? all : found).stream().map(Devices::label).toList();
    if (found.isEmpty()) {
      throw Directory.missing("control device", name, there);
    }
    throw new IllegalArgumentException("-c must say which of " + String.join(", ", there));
  }

  private static boolean isMeant(String name, ControlDevice device) {
    return name.isEmpty() || name.equals(device.name()) || name.equals(device.transport());
  }

  private static String label(ControlDevice device) {
    return device.name() + " (" + device.transport() + ")";
  }
}
