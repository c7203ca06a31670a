// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal.autoload;

import java.util.List;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
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
import rpmsg.core.DriverAutoload;
import rpmsg.core.internal.BusComponent;
import rpmsg.core.internal.ServiceLog;
import rpmsg.core.spi.NameService;

/**
 * Between the framework's bundles, the bus and {@link Autoload}.
 *
 * <p>The service is registered by hand: a component's own would take over the configuration as its
 * properties, and change whenever that does.
 */
@Component(
    configurationPid = "rpmsg.autoload",
    immediate = true,
    service = {})
@Designate(ocd = AutoloadComponent.Config.class)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"rpmsg.core.DriverAutoload\"")
public final class AutoloadComponent {
  /** Configuration {@code rpmsg.autoload}; a change stops nothing that runs. */
  @ObjectClassDefinition(
      name = "RPMsg drivers that load themselves",
      description =
          "Starts installed bundles whose alias is that of a channel that no driver has taken.")
  public @interface Config {
    @AttributeDefinition(name = "Enabled", description = "false: nothing is ever started")
    boolean enabled() default true;

    @AttributeDefinition(
        name = "Allowed bundles",
        description = "Symbolic names of bundles that may be started; * stands for any characters")
    String[] allow() default {"*"};
  }

  private final BundleContext context;
  private final Bundle framework;
  private final BusComponent bus;
  private final Autoload autoload;
  // Synchronous: that somebody stops a bundle has to be known before it has stopped
  private final SynchronousBundleListener bundleListener = this::onBundleEvent;
  private final FrameworkListener levelListener = this::onFrameworkEvent;
  private final ServiceRegistration<DriverAutoload> registration;

  @Activate
  public AutoloadComponent(
      BundleContext context,
      @Reference BusComponent bus,
      @Reference(service = LoggerFactory.class) Logger logger,
      Config config) {
    this.context = context;
    this.bus = bus;
    framework = context.getBundle(0);
    autoload = new Autoload(this::lacking, policy(config), new ServiceLog(logger));
    context.addBundleListener(bundleListener);
    context.addFrameworkListener(levelListener);
    for (Bundle bundle : context.getBundles()) {
      autoload.found(FrameworkBundle.of(bundle, framework));
      if (bundle.getState() == Bundle.UNINSTALLED) {
        autoload.uninstalled(bundle.getBundleId());
      }
    }
    bus.loader(this::want);
    autoload.lookAgain();
    registration = context.registerService(DriverAutoload.class, autoload::bundles, null);
  }

  @Modified
  void modified(Config config) {
    autoload.policy(policy(config));
  }

  @Deactivate
  void close() {
    unregister();
    bus.loader(wanted -> {});
    context.removeBundleListener(bundleListener);
    context.removeFrameworkListener(levelListener);
    autoload.close();
  }

  private void unregister() {
    try {
      registration.unregister();
    } catch (IllegalStateException gone) {
      // The framework unregisters the services of a stopping bundle itself
    }
  }

  private void want(Wanted wanted) {
    if (isLacking(wanted)) {
      autoload.accept(wanted);
    }
  }

  private List<Wanted> lacking() {
    return bus.wanted().stream().filter(this::isLacking).toList();
  }

  /** A link that has no name service yet lacks none where somebody offers it. */
  private boolean isLacking(Wanted wanted) {
    return !wanted.isNameService() || context.getServiceReference(NameService.class) == null;
  }

  private static Policy policy(Config config) {
    return Policy.of(config.enabled(), config.allow());
  }

  private void onBundleEvent(BundleEvent event) {
    Bundle bundle = event.getBundle();
    long id = bundle.getBundleId();
    switch (event.getType()) {
      case BundleEvent.INSTALLED, BundleEvent.UPDATED ->
          autoload.changed(FrameworkBundle.of(bundle, framework));
      case BundleEvent.RESOLVED -> autoload.resolved(id);
      case BundleEvent.STARTED, BundleEvent.LAZY_ACTIVATION -> autoload.started(id);
      case BundleEvent.STOPPING -> autoload.stopping(id);
      case BundleEvent.UNINSTALLED -> autoload.uninstalled(id);
      default -> {
        // Changes nothing
      }
    }
  }

  private void onFrameworkEvent(FrameworkEvent event) {
    if (event.getType() == FrameworkEvent.STARTLEVEL_CHANGED
        || event.getType() == FrameworkEvent.STARTED) {
      autoload.lookAgain();
    }
  }
}
