// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.util.HashMap;
import java.util.Map;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.shell.internal.echo.EchoEndpoint;

/** {@code rpmsg:announce}; immediate, because what was announced lasts beyond the command. */
@Component(
    immediate = true,
    service = AnnounceCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=announce"})
public final class AnnounceCommand {
  /** What one command announced and another takes back. */
  private record Key(String transport, String name) {}

  private final Map<Key, EchoEndpoint> announced = new HashMap<>();
  private final Directory directory;

  @Activate
  public AnnounceCommand(@Reference Directory directory) {
    this.directory = directory;
  }

  @Deactivate
  synchronized void close() {
    announced.values().forEach(EchoEndpoint::close);
    announced.clear();
  }

  @Descriptor("announces an echo, or takes it back")
  public void announce(
      @Descriptor("take back what was announced")
          @Parameter(
              names = {"-d", "--delete"},
              presentValue = "true",
              absentValue = "false")
          boolean delete,
      @Descriptor("name of the transport, such as virtio0") String transport,
      @Descriptor("name to announce") String name,
      @Descriptor("local address, such as 0x500; without it the bus chooses") String... address)
      throws RpmsgException {
    if (address.length > (delete ? 0 : 1)) {
      throw new IllegalArgumentException("too many arguments; help rpmsg:announce says which");
    }
    if (delete) {
      takeBack(new Key(transport, name));
    } else {
      int local = address.length == 0 ? RpmsgAddress.ANY : Directory.address(address[0]);
      open(new Key(transport, name), local);
    }
  }

  private synchronized void open(Key key, int address) throws RpmsgException {
    forgetClosed();
    if (announced.containsKey(key)) {
      throw new IllegalArgumentException(
          key.name() + " is announced already; announce -d takes it back");
    }
    EchoEndpoint echo = EchoEndpoint.open(directory.link(key.transport()), key.name(), address);
    announced.put(key, echo);
    System.out.println("echo " + key.name() + " at " + RpmsgAddress.format(echo.address()));
  }

  private synchronized void takeBack(Key key) {
    EchoEndpoint echo = announced.remove(key);
    if (echo == null) {
      throw new IllegalArgumentException(key.name() + " was not announced by this command");
    }
    echo.close();
    System.out.println(
        "echo %s: %d echoed, %d dropped".formatted(key.name(), echo.echoed(), echo.dropped()));
  }

  /** The endpoint goes with its link. */
  private void forgetClosed() {
    announced.values().removeIf(echo -> !echo.isOpen());
  }
}
