// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import rpmsg.chardev.internal.DeviceServices;
import rpmsg.core.RpmsgChannel;

/** Things as OSGi services. */
final class ServiceRegistry implements Registry {
  private final BundleContext context;
  private final DeviceServices devices;

  ServiceRegistry(BundleContext context) {
    this.context = context;
    this.devices = new DeviceServices(context);
  }

  @Override
  public Entry register(Thing thing) {
    return switch (thing) {
      case KernelControl control -> constant(devices.show(control));
      case KernelDevice device -> constant(devices.show(device));
      case KernelChannel channel -> register(channel);
    };
  }

  private static Entry constant(Runnable unregister) {
    return new Entry() {
      @Override
      public void update() {}

      @Override
      public void unregister() {
        unregister.run();
      }
    };
  }

  private Entry register(KernelChannel channel) {
    ServiceRegistration<RpmsgChannel> registration =
        context.registerService(
            RpmsgChannel.class, channel, FrameworkUtil.asDictionary(channel.serviceProperties()));
    return new Entry() {
      @Override
      public void update() {
        registration.setProperties(FrameworkUtil.asDictionary(channel.serviceProperties()));
      }

      @Override
      public void unregister() {
        try {
          registration.unregister();
        } catch (IllegalStateException gone) {
          // The framework unregisters the services of a stopping bundle itself.
        }
      }
    };
  }
}
