// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.time.Duration;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** {@code rpmsg:listen}. */
@Component(
    service = ListenCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=listen"})
public final class ListenCommand {
  private final Directory directory;

  @Activate
  public ListenCommand(@Reference Directory directory) {
    this.directory = directory;
  }

  @Descriptor("shows what comes to a new endpoint at an address that the bus chooses")
  public void listen(
      @Descriptor("name of the transport, such as virtio0") String transport,
      @Descriptor("how long") double seconds)
      throws RpmsgException, InterruptedException {
    listen(transport, "any", seconds);
  }

  @Descriptor("shows what comes to a new endpoint")
  public void listen(
      @Descriptor("name of the transport, such as virtio0") String transport,
      @Descriptor("local address, such as 0x500") String address,
      @Descriptor("how long") double seconds)
      throws RpmsgException, InterruptedException {
    Mailbox messages = new Mailbox();
    Duration time = Directory.duration(seconds);
    int local = Directory.address(address);
    try (RpmsgEndpoint endpoint = directory.link(transport).createEndpoint(local, messages)) {
      System.out.println(
          "listening at %s for %s s".formatted(RpmsgAddress.format(endpoint.address()), seconds));
      messages.print(time, Integer.MAX_VALUE);
    }
  }
}
