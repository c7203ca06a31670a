// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.echo;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;

/** Announces an echoing endpoint on each transport that matches, one factory configuration each. */
@Component(
    configurationPid = Echo.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    immediate = true,
    service = EchoService.class)
@Designate(ocd = Echo.Config.class, factory = true)
public final class Echo implements EchoService {
  public static final String PID = "rpmsg.echo";

  /** What an echo can be told. */
  @ObjectClassDefinition(
      name = "RPMsg echo",
      description = "An announced endpoint that sends every message back to its sender.")
  public @interface Config {
    @AttributeDefinition(name = "Name", description = "Name to announce, at most 31 bytes.")
    String name();

    @AttributeDefinition(
        name = "Address",
        description = "Local address, as 0x500 or 1280; any: the lowest free one from 1024 on.")
    String address() default "any";

    @AttributeDefinition(
        name = "Transport",
        description = "Name of the transport to announce on; *: on every one.")
    String transport() default "*";
  }

  private final Map<RpmsgTransport, EchoEndpoint> endpoints = new IdentityHashMap<>();
  private final Config config;
  private final int address;
  private final Logger log;
  private long closedEchoed;
  private long closedDropped;

  @Activate
  public Echo(Config config, @Reference LoggerFactory logs) {
    if (config.name() == null) {
      throw new IllegalArgumentException("rpmsg.echo: the configuration has no name");
    }
    this.config = config;
    this.address = RpmsgAddress.parse(config.address());
    this.log = logs.getLogger(Echo.class);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  synchronized void addTransport(RpmsgTransport transport) {
    forgetClosed();
    if (matches(transport) && !endpoints.containsKey(transport)) {
      open(transport);
    }
  }

  /** While only the name service is away the transport stays open, and so does the endpoint. */
  synchronized void removeTransport(RpmsgTransport transport) {
    forgetClosed();
  }

  @Deactivate
  synchronized void close() {
    Set<RpmsgTransport> all = new HashSet<>(endpoints.keySet());
    all.forEach(this::forget);
  }

  private boolean matches(RpmsgTransport transport) {
    return config.transport().equals("*") || config.transport().equals(transport.name());
  }

  private void open(RpmsgTransport transport) {
    try {
      endpoints.put(transport, EchoEndpoint.open(transport, config.name(), address));
    } catch (RpmsgException e) {
      if (!transport.isOpen()) {
        return;
      }
      log.error("{}: echo {}: {}", transport.name(), config.name(), e.getMessage());
    }
  }

  private void forgetClosed() {
    Set<RpmsgTransport> gone = new HashSet<>(endpoints.keySet());
    gone.removeIf(RpmsgTransport::isOpen);
    gone.forEach(this::forget);
  }

  private void forget(RpmsgTransport transport) {
    EchoEndpoint endpoint = endpoints.remove(transport);
    endpoint.close();
    closedEchoed += endpoint.echoed();
    closedDropped += endpoint.dropped();
  }

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public synchronized long echoed() {
    return closedEchoed + endpoints.values().stream().mapToLong(EchoEndpoint::echoed).sum();
  }

  @Override
  public synchronized long dropped() {
    return closedDropped + endpoints.values().stream().mapToLong(EchoEndpoint::dropped).sum();
  }
}
