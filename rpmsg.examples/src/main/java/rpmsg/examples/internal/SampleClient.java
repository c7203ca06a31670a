// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.osgi.annotation.bundle.Capability;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/**
 * What Linux's sample client does: it greets, answers each message by another greeting, and says
 * goodbye when it has received so many (LX180, LX181). Any echo will do as its peer.
 */
@Component(
    service = RpmsgDriver.class,
    configurationPid = "rpmsg.examples.sample",
    property = {
      RpmsgDriver.DRIVER_NAME + "=rpmsg_client_sample",
      RpmsgDriver.ID_TABLE + "=" + SampleClient.CHANNEL
    })
@Designate(ocd = SampleClient.Config.class)
@Capability(namespace = "rpmsg.driver", attribute = "alias=\"rpmsg:" + SampleClient.CHANNEL + "\"")
public final class SampleClient implements RpmsgDriver {
  static final String CHANNEL = "rpmsg-client-sample";
  static final String GREETING = "hello world!";

  /** Configuration {@code rpmsg.examples.sample}. */
  @ObjectClassDefinition(
      name = "RPMsg sample client",
      description = "A driver that greets each channel rpmsg-client-sample.")
  public @interface Config {
    /** Linux's module parameter of this name. */
    @AttributeDefinition(
        name = "Count",
        description = "Messages to receive on a channel before goodbye; as many are sent.",
        min = "1")
    int count() default 100;
  }

  private final int count;
  private final Logger logger;

  @Activate
  public SampleClient(@Reference(service = LoggerFactory.class) Logger logger, Config config) {
    this.logger = logger;
    this.count = Math.max(1, config.count());
  }

  @Override
  public RpmsgListener listener(RpmsgChannel channel) {
    return new Conversation(channel);
  }

  @Override
  public void probe(RpmsgChannel channel) throws RpmsgException {
    String src = RpmsgAddress.format(channel.src());
    String dst = RpmsgAddress.format(channel.dst());
    logger.info("{}: {} greets {}", channel.deviceName(), src, dst);
    greet(channel);
  }

  @Override
  public void remove(RpmsgChannel channel) {
    logger.debug("{}: the sample client leaves", channel.deviceName());
  }

  private static void greet(RpmsgChannel channel) throws RpmsgException {
    channel.send(MemorySegment.ofArray(GREETING.getBytes(StandardCharsets.US_ASCII)));
  }

  /** Messages of one channel, which come one after the other. */
  private final class Conversation implements RpmsgListener {
    private final RpmsgChannel channel;
    private int received;

    Conversation(RpmsgChannel channel) {
      this.channel = channel;
    }

    @Override
    public void onMessage(RpmsgMessage message) throws RpmsgException {
      if (received == count) {
        return;
      }
      received++;
      String src = RpmsgAddress.format(message.src());
      logger.debug("{}: message {} from {}", channel.deviceName(), received, src);
      if (received < count) {
        greet(channel);
      } else {
        logger.info("{}: goodbye! after {} messages", channel.deviceName(), received);
      }
    }
  }
}
