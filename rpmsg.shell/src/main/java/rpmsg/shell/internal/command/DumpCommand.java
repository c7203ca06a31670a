// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.io.IOException;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.core.TransportInfo;

/** {@code rpmsg:dump}. */
@Component(
    service = DumpCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=dump"})
public final class DumpCommand {
  private final Directory directory;

  @Activate
  public DumpCommand(@Reference Directory directory) {
    this.directory = directory;
  }

  @Descriptor("shows rings, buffers, counters and status of all transports")
  public void dump() throws IOException {
    for (TransportInfo transport : directory.transports()) {
      transport.dump(System.out);
    }
  }

  @Descriptor("shows rings, buffers, counters and status of one transport")
  public void dump(@Descriptor("name of the transport, such as virtio0") String transport)
      throws IOException {
    directory.transport(transport).dump(System.out);
  }
}
