// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import rpmsg.core.RpmsgBus;

/**
 * Starts the bundle that this one has the bus from, as modprobe loads what a module depends on:
 * once, when this bundle is started, and transiently.
 *
 * <p>A component and not a bundle activator, since the framework locks a bundle while its activator
 * runs: one that then waits for the core's lock, and a refresh of both, would wait for each other.
 */
@Component(
    name = "rpmsg.virtio.core",
    configurationPid = "rpmsg.autoload",
    immediate = true,
    service = {})
public final class CoreStarter {
  /** The one key of {@code rpmsg.autoload} that counts here. */
  public @interface Config {
    boolean enabled() default true;
  }

  /**
   * @throws BundleException which Declarative Services log, when the core does not start
   */
  @Activate
  public CoreStarter(BundleContext context, Config config) throws BundleException {
    if (config.enabled()) {
      start(core(context.getBundle()));
    }
  }

  /** Without it, a change of the configuration would start a core that somebody stopped. */
  @Modified
  void modified() {}

  private static Bundle core(Bundle self) {
    String core = RpmsgBus.class.getPackageName();
    for (BundleWire wire :
        self.adapt(BundleWiring.class).getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE)) {
      if (core.equals(
          wire.getCapability().getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE))) {
        return wire.getProvider().getBundle();
      }
    }
    throw new IllegalStateException("no bundle gives " + core);
  }

  private static void start(Bundle core) throws BundleException {
    try {
      core.start(Bundle.START_TRANSIENT);
    } catch (BundleException refused) {
      if (refused.getType() != BundleException.START_TRANSIENT_ERROR) {
        throw refused;
      }
      // Its start level is higher: it comes with that
    }
  }
}
