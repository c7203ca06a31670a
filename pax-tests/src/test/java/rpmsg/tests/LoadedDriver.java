// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameService;

/**
 * What is in a bundle of {@link TestBundle}: a driver with the bundle's name, whose ids are in the
 * bundle's manifest, or a name service that does not attach. It is never loaded by the bundle of
 * the tests.
 */
public final class LoadedDriver implements BundleActivator, RpmsgDriver {
  @Override
  public void start(BundleContext context) {
    if (context.getBundle().getHeaders().get(TestBundle.NAME_SERVICE) != null) {
      context.registerService(NameService.class, LoadedDriver::refuse, null);
      return;
    }
    String ids = context.getBundle().getHeaders().get(TestBundle.IDS);
    if (ids == null) {
      throw new IllegalStateException("made to fail");
    }
    String name = context.getBundle().getSymbolicName();
    context.registerService(
        RpmsgDriver.class,
        this,
        new Hashtable<>(
            Map.of(RpmsgDriver.DRIVER_NAME, name, RpmsgDriver.ID_TABLE, ids.split(","))));
  }

  private static NameService.Binding refuse(AddressSpace space, Duration bound)
      throws RpmsgException {
    throw new RpmsgException(Errno.ENOSPC, "made to fail");
  }

  @Override
  public void stop(BundleContext context) {}

  @Override
  public void probe(RpmsgChannel channel) {}
}
