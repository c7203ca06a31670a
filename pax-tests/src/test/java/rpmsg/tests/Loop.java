// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.io.IOException;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgTransport;

/** Two transports of this container that are each other's peer: {@code near} and {@code far}. */
final class Loop implements AutoCloseable {
  static final String NEAR = "near";
  static final String FAR = "far";

  private static final AtomicInteger COUNT = new AtomicInteger();

  private final BundleContext context;
  private final String link = "loopback:loop" + COUNT.incrementAndGet();
  private final Configuration near;
  private final Configuration far;

  Loop(BundleContext context) throws IOException {
    this.context = context;
    near = configuration("rpmsg.virtio");
    near.update(properties(NEAR, "host", 0, 512));
    far = configuration("rpmsg.virtio");
    far.update(properties(FAR, "remote", 1, 512));
  }

  private Configuration configuration(String factory) throws IOException {
    ConfigurationAdmin admin =
        context.getService(context.getServiceReference(ConfigurationAdmin.class));
    return admin.createFactoryConfiguration(factory, "?");
  }

  private Hashtable<String, Object> properties(String name, String role, int index, int size) {
    return new Hashtable<>(
        Map.of("name", name, "role", role, "link", link, "index", index, "bufferSize", size));
  }

  /** Has the near end start over. */
  void restart(int bufferSize) throws IOException {
    near.update(properties(NEAR, "host", 0, bufferSize));
  }

  /** The services of a transport that are there. */
  <T> List<T> services(Class<T> type, String transport, String more) {
    try {
      String filter = "(&(rpmsg.transport=%s)%s)".formatted(transport, more);
      return context.getServiceReferences(type, filter).stream()
          .sorted()
          .map(context::getService)
          .filter(Objects::nonNull)
          .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Waits for a service of a transport. */
  <T> T await(Class<T> type, String transport, String more) {
    Rig.await(
        () -> "no " + type.getSimpleName() + " of " + transport + more,
        () -> !services(type, transport, more).isEmpty());
    return services(type, transport, more).getFirst();
  }

  /** An endpoint of the far end that sends back what comes. */
  RpmsgEndpoint echo(String name) throws IOException {
    RpmsgTransport transport = await(RpmsgTransport.class, FAR, "");
    CompletableFuture<RpmsgEndpoint> self = new CompletableFuture<>();
    RpmsgEndpoint endpoint =
        transport.announce(
            name,
            -1,
            m -> self.join().sendTo(m.payload(), m.src(), Duration.ofSeconds(Rig.BOUND_SECONDS)));
    self.complete(endpoint);
    return endpoint;
  }

  @Override
  public void close() throws IOException {
    near.delete();
    far.delete();
    for (String transport : List.of(NEAR, FAR)) {
      Rig.await(
          () -> transport + " is left",
          () -> services(rpmsg.core.TransportInfo.class, transport, "").isEmpty());
    }
  }
}
