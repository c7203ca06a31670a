// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.shell.internal.options.PingOption;
import rpmsg.shell.internal.ping.Ping;
import rpmsg.shell.internal.ping.PingReport;

/** {@code rpmsg:ping}. */
@Component(
    service = PingCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=ping"})
public final class PingCommand {
  private static final int COUNT = 100;
  private static final int SIZE = 64;

  private final Directory directory;

  @Activate
  public PingCommand(@Reference Directory directory) {
    this.directory = directory;
  }

  @Descriptor("sends 100 messages of 64 bytes to an echo, one at a time, and checks each")
  public void ping(@Descriptor("name of the channel") String name) throws InterruptedException {
    ping(name, COUNT, SIZE);
  }

  @Descriptor("sends messages to an echo, one at a time, and checks each")
  public void ping(
      @Descriptor("name of the channel") String name,
      @Descriptor("messages to send") int count,
      @Descriptor("bytes of payload of each") int size)
      throws InterruptedException {
    if (count < 1 || count > PingOption.MAX_COUNT || size < 0 || size > PingOption.MAX_SIZE) {
      throw new IllegalArgumentException(
          "COUNT must be 1 to " + PingOption.MAX_COUNT + ", SIZE 0 to " + PingOption.MAX_SIZE);
    }
    PingReport report = new Ping(name, count, size).run(directory.channel(name));
    System.out.println(report.line());
    if (!report.right()) {
      System.out.println(report.complaint());
    }
  }
}
