// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.time.ZoneId;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.core.DriverAutoload;

/** {@code rpmsg:drivers}. */
@Component(
    service = DriversCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=drivers"})
public final class DriversCommand {
  private final Directory directory;
  private final DriverAutoload autoload;

  @Activate
  public DriversCommand(@Reference Directory directory, @Reference DriverAutoload autoload) {
    this.directory = directory;
    this.autoload = autoload;
  }

  @Descriptor("lists drivers, their channels, and the bundles that load themselves")
  public void drivers() {
    System.out.print(DriverTables.drivers(directory.bus().drivers(), directory.channels()));
    System.out.print(DriverTables.bundles(autoload.bundles(), ZoneId.systemDefault()));
  }
}
