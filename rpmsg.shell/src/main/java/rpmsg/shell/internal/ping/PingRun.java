// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.ping;

import java.util.concurrent.atomic.AtomicReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;

/** Pings the first channel that matches, once, on a thread of its own. */
@Component(
    configurationPid = PingRun.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    immediate = true,
    service = PingService.class)
@Designate(ocd = PingRun.Config.class, factory = true)
public final class PingRun implements PingService {
  public static final String PID = "rpmsg.ping";

  private static final long JOIN_MILLIS = 5_000;

  /** What a ping can be told. */
  @ObjectClassDefinition(
      name = "RPMsg ping",
      description = "Sends messages to an echo one at a time, checks them, and prints the times.")
  public @interface Config {
    @AttributeDefinition(name = "Name", description = "Name of the channel to wait for.")
    String name();

    @AttributeDefinition(name = "Count", description = "Messages to send.", min = "1")
    int count() default 100;

    @AttributeDefinition(
        name = "Size",
        description = "Bytes of payload, at most the MTU of the transport.",
        min = "0")
    int size() default 64;

    @AttributeDefinition(
        name = "Transport",
        description = "Name of the transport of the channel; *: of any.")
    String transport() default "*";
  }

  private final Config config;
  private final AtomicReference<Thread> pinger = new AtomicReference<>();
  private volatile PingReport report;

  @Activate
  public PingRun(Config config) {
    if (config.name() == null || config.count() < 1 || config.size() < 0) {
      throw new IllegalArgumentException("rpmsg.ping: a name, a count and a size are needed");
    }
    this.config = config;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addChannel(RpmsgChannel channel) {
    if (matches(channel)) {
      Thread thread = new Thread(() -> ping(channel), "rpmsg ping " + config.name());
      thread.setDaemon(true);
      if (pinger.compareAndSet(null, thread)) {
        thread.start();
      }
    }
  }

  /** The ping itself is told, by its endpoint. */
  void removeChannel(RpmsgChannel channel) {}

  private boolean matches(RpmsgChannel channel) {
    return channel.name().equals(config.name())
        && channel.dst() != RpmsgAddress.ANY
        && (config.transport().equals("*") || config.transport().equals(channel.transport()));
  }

  private void ping(RpmsgChannel channel) {
    try {
      PingReport result = new Ping(config.name(), config.count(), config.size()).run(channel);
      System.out.println(result.line());
      report = result;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Deactivate
  void stop() throws InterruptedException {
    Thread thread = pinger.get();
    if (thread != null) {
      thread.interrupt();
      thread.join(JOIN_MILLIS);
    }
  }

  @Override
  public boolean done() {
    return report != null;
  }

  @Override
  public String complaint() {
    PingReport result = report;
    if (result != null) {
      return result.right() ? null : result.complaint();
    }
    String state = pinger.get() == null ? "no channel of this name was announced" : "not finished";
    return "ping " + config.name() + ": " + state;
  }
}
