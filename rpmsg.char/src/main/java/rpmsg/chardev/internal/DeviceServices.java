// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgChannel;

/** Devices as OSGi services. */
public final class DeviceServices implements DeviceRegistry {
  private final BundleContext context;

  public DeviceServices(BundleContext context) {
    this.context = context;
  }

  @Override
  public Runnable show(ControlDevice device) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(ControlDevice.NAME, device.name());
    properties.put(RpmsgChannel.TRANSPORT, device.transport());
    return register(ControlDevice.class, device, properties);
  }

  @Override
  public Runnable show(EndpointDevice device) {
    ChannelInfo info = device.info();
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(ControlDevice.NAME, device.name());
    properties.put(RpmsgChannel.TRANSPORT, device.transport());
    properties.put(RpmsgChannel.NAME, info.name());
    properties.put(RpmsgChannel.SRC, Integer.toUnsignedLong(info.src()));
    properties.put(RpmsgChannel.DST, Integer.toUnsignedLong(info.dst()));
    return register(EndpointDevice.class, device, properties);
  }

  private <T> Runnable register(Class<T> type, T device, Dictionary<String, Object> properties) {
    ServiceRegistration<T> registration = context.registerService(type, device, properties);
    return () -> {
      try {
        registration.unregister();
      } catch (IllegalStateException gone) {
        // The framework unregisters the services of a stopping bundle itself.
      }
    };
  }
}
