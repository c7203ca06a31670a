// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import rpmsg.core.DriverInfo;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.internal.autoload.Wanted;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** The bus as an OSGi service: channels become services, driver services become drivers. */
@Component(
    service = {RpmsgBus.class, BusComponent.class},
    immediate = true)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"rpmsg.core.RpmsgChannel\"")
public final class BusComponent implements RpmsgBus {
  private final Bus bus;
  private final Map<Object, DriverEntry> driversById = new ConcurrentHashMap<>();

  @Activate
  public BusComponent(
      BundleContext context, @Reference(service = LoggerFactory.class) Logger logger) {
    bus = new Bus(channel -> register(context, channel), new ServiceLog(logger));
  }

  @Deactivate
  void close() {
    bus.close();
  }

  // Dynamic: a driver that comes or goes must not take the bus, and every link with it, down.
  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "removeDriver")
  void addDriver(RpmsgDriver driver, Map<String, Object> properties) {
    Object name = properties.getOrDefault(RpmsgDriver.DRIVER_NAME, driver.getClass().getName());
    DriverEntry entry =
        DriverEntry.of(name.toString(), strings(properties.get(RpmsgDriver.ID_TABLE)), driver);
    driversById.put(properties.get(Constants.SERVICE_ID), entry);
    bus.add(entry);
  }

  void removeDriver(RpmsgDriver driver, Map<String, Object> properties) {
    DriverEntry entry = driversById.remove(properties.get(Constants.SERVICE_ID));
    if (entry != null) {
      bus.remove(entry);
    }
  }

  @Override
  public Collection<RpmsgTransport> transports() {
    return bus.transports();
  }

  @Override
  public List<DriverInfo> drivers() {
    return bus.drivers();
  }

  /** See {@link Bus#loader}. */
  public void loader(Consumer<Wanted> loader) {
    bus.loader(loader);
  }

  /** See {@link Bus#wanted}. */
  public List<Wanted> wanted() {
    return bus.wanted();
  }

  @Override
  public AddressSpace open(TransportOps ops) {
    return bus.open(ops);
  }

  private static ChannelRegistry.Entry register(BundleContext context, RpmsgChannel channel) {
    ServiceRegistration<RpmsgChannel> registration =
        context.registerService(
            RpmsgChannel.class, channel, FrameworkUtil.asDictionary(channel.serviceProperties()));
    return new ChannelRegistry.Entry() {
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

  private static List<String> strings(Object property) {
    if (property == null) {
      return Collections.emptyList();
    }
    if (property instanceof String[] array) {
      return Arrays.asList(array);
    }
    return property instanceof Collection<?> collection
        ? collection.stream().map(Object::toString).toList()
        : List.of(property.toString());
  }
}
