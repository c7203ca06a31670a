// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** {@code rpmsg:send}. */
@Component(
    service = SendCommand.class,
    property = {"osgi.command.scope=rpmsg", "osgi.command.function=send"})
public final class SendCommand {
  private final Directory directory;

  @Activate
  public SendCommand(@Reference Directory directory) {
    this.directory = directory;
  }

  @Descriptor("sends a text from a new endpoint")
  public void send(
      @Descriptor("seconds to wait for an answer, default 0")
          @Parameter(
              names = {"-w", "--wait"},
              absentValue = "0")
          double wait,
      @Descriptor("name of a channel, or TRANSPORT:ADDRESS such as virtio0:0x400")
          String destination,
      @Descriptor("the text, sent without a closing NUL") String text)
      throws RpmsgException, InterruptedException {
    Duration patience = Directory.duration(wait);
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    Mailbox answers = new Mailbox();
    try (RpmsgEndpoint endpoint = open(destination, answers)) {
      int to = address(endpoint, destination);
      endpoint.sendTo(MemorySegment.ofArray(payload), to, RpmsgEndpoint.DEFAULT_TIMEOUT);
      System.out.println(
          "%s -> %s %d bytes sent"
              .formatted(
                  RpmsgAddress.format(endpoint.address()),
                  RpmsgAddress.format(to),
                  payload.length));
      answers.print(patience, 1);
    }
  }

  private RpmsgEndpoint open(String destination, Mailbox answers) throws RpmsgException {
    int colon = destination.lastIndexOf(':');
    return colon > 0
        ? directory.link(destination.substring(0, colon)).createEndpoint(RpmsgAddress.ANY, answers)
        : directory.channel(destination).createEndpoint(RpmsgAddress.ANY, answers);
  }

  private static int address(RpmsgEndpoint endpoint, String destination) {
    return endpoint.destination() != RpmsgAddress.ANY
        ? endpoint.destination()
        : Directory.address(destination.substring(destination.lastIndexOf(':') + 1));
  }
}
