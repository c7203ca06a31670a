// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import rpmsg.chardev.internal.DeviceServices;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgDriver;

/**
 * The control and endpoint devices of this container, by two drivers. These are registered by hand:
 * they need the bus, which looks for drivers itself.
 */
@Component(
    service = {},
    configurationPid = "rpmsg.chardev",
    immediate = true)
@Designate(ocd = SoftDevices.Config.class)
@Capability(
    namespace = "rpmsg.driver",
    attribute = "alias:List<String>=\"rpmsg:rpmsg_ctrl,rpmsg:rpmsg-raw,rpmsg:rpmsg_chrdev\"")
@Capability(
    namespace = "osgi.service",
    attribute =
        "objectClass:List<String>=\"rpmsg.chardev.ControlDevice,rpmsg.chardev.EndpointDevice\"")
public final class SoftDevices {
  /** Configuration {@code rpmsg.chardev}; a change applies to the next message. */
  @ObjectClassDefinition(
      name = "RPMsg devices",
      description = "Control and endpoint devices of this container.")
  public @interface Config {
    /** Messages of one device that may wait for a reader (LX176). */
    @AttributeDefinition(
        name = "Queue",
        description =
            "How many messages of one device may wait for a reader. What comes when the queue is"
                + " full is dropped and counted.",
        min = "1")
    int queue() default 1024;

    /** Whether the device of a channel queues what comes between two openers (LX174). */
    @AttributeDefinition(
        name = "Keep while closed",
        description =
            "Whether the device of an rpmsg-raw or rpmsg_chrdev channel keeps what comes between"
                + " two openers for the next one, as Linux does. Otherwise it is thrown away and"
                + " counted. What comes before the first opener is always kept.")
    boolean keepWhileClosed() default false;
  }

  private final ControlDriver control;
  private final RawDriver raw;
  private final ServiceRegistration<RpmsgDriver> controlService;
  private final ServiceRegistration<RpmsgDriver> rawService;
  private volatile Settings settings;

  @Activate
  public SoftDevices(
      BundleContext context,
      @Reference RpmsgBus bus,
      @Reference(service = LoggerFactory.class) Logger log,
      Config config) {
    modified(config);
    Devices devices = new Devices(new DeviceServices(context), () -> settings, log);
    control = new ControlDriver(devices, bus);
    raw = new RawDriver(devices);
    controlService = register(context, control, ControlDriver.NAME);
    rawService = register(context, raw, RawDriver.NAME, RawDriver.ID_TABLE);
  }

  @Modified
  void modified(Config config) {
    settings = new Settings(config.queue(), config.keepWhileClosed());
  }

  @Deactivate
  void close() {
    control.endAll();
    raw.endAll();
    rawService.unregister();
    controlService.unregister();
  }

  private static ServiceRegistration<RpmsgDriver> register(
      BundleContext context, RpmsgDriver driver, String name, String... ids) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(RpmsgDriver.DRIVER_NAME, name);
    properties.put(RpmsgDriver.ID_TABLE, ids);
    return context.registerService(RpmsgDriver.class, driver, properties);
  }
}
