// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;

/**
 * Without a driver: a component that is active exactly while the firmware announces its channel.
 */
@Component
public final class Thermometer {
  private final Logger logger;
  private final RpmsgEndpoint endpoint;

  @Activate
  public Thermometer(
      @Reference(target = "(rpmsg.name=thermometer)") RpmsgChannel channel,
      @Reference(service = LoggerFactory.class) Logger logger)
      throws RpmsgException {
    this.logger = logger;
    endpoint = channel.createEndpoint(RpmsgAddress.ANY, this::show);
    endpoint.send(MemorySegment.ofArray("read".getBytes(StandardCharsets.US_ASCII)));
  }

  private void show(RpmsgMessage message) {
    String text = new String(message.toByteArray(), StandardCharsets.US_ASCII);
    logger.info("it is {} degrees", text.replaceAll("[^ -~]", "?"));
  }

  @Deactivate
  void close() {
    endpoint.close();
  }
}
