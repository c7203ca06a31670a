// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;

/** A remote behind vhost-user in this container, for a {@link Guest} to connect to. */
final class KernelLink implements AutoCloseable {
  private static final String NAME = "vm";
  private static final Duration LONG = Duration.ofSeconds(30);

  private final BundleContext context;
  private final Path folder;
  private final int reannounce;
  private Configuration configuration;

  /**
   * @param reannounce seconds, 0 for never
   */
  KernelLink(BundleContext context, int reannounce) throws IOException {
    this.context = context;
    folder = Files.createTempDirectory("rpmsg-kernel");
    this.reannounce = reannounce;
    start();
  }

  /** Begins to listen, under a new PID each time. */
  void start() throws IOException {
    configuration =
        service(ConfigurationAdmin.class).createFactoryConfiguration("rpmsg.virtio", "?");
    Map<String, Object> properties =
        Map.of(
            "name",
            NAME,
            "role",
            "remote",
            "link",
            "vhost-user:" + socket(),
            "reannounce",
            reannounce);
    configuration.update(new Hashtable<>(properties));
    Rig.await(() -> "no socket " + socket(), () -> Files.exists(socket()));
  }

  /** Ends with everything that it has announced; it may be started again. */
  void stop() throws IOException {
    configuration.delete();
    Rig.await(() -> "socket left behind", () -> !Files.exists(socket()));
  }

  Path socket() {
    return folder.resolve("socket");
  }

  private <T> T service(Class<T> type) {
    return context.getService(context.getServiceReference(type));
  }

  /** Those that are there; one that goes meanwhile is not. */
  private <T> List<T> services(Class<T> type, String filter) {
    try {
      return context.getServiceReferences(type, filter).stream()
          .map(context::getService)
          .filter(Objects::nonNull)
          .toList();
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Waits until the kernel's driver is ready, and returns the address space. */
  RpmsgTransport awaitReady() {
    String filter = "(rpmsg.transport=" + NAME + ")";
    Rig.await(this::diagnosis, () -> !services(RpmsgTransport.class, filter).isEmpty());
    return services(RpmsgTransport.class, filter).getFirst();
  }

  TransportInfo info() {
    return services(TransportInfo.class, "(rpmsg.transport=" + NAME + ")").getFirst();
  }

  long counter(String name) {
    return info().counters().get(name);
  }

  /** Waits until a counter has reached this value. */
  void awaitCounter(String name, long value) {
    Rig.await(() -> name + " " + diagnosis(), () -> counter(name) >= value);
  }

  void awaitState(TransportInfo.State state) {
    Rig.await(() -> state + " " + diagnosis(), () -> info().state() == state);
  }

  private String diagnosis() {
    TransportInfo info = info();
    return "state %s, %s, %s".formatted(info.state(), info.reason(), info.counters());
  }

  /** Announces a service that sends back what comes. */
  RpmsgEndpoint announceEcho(String name) throws IOException {
    return announceEcho(name, () -> {});
  }

  /** The same, with something to do before each answer. */
  RpmsgEndpoint announceEcho(String name, Runnable before) throws IOException {
    CompletableFuture<RpmsgEndpoint> self = new CompletableFuture<>();
    RpmsgEndpoint endpoint =
        announce(
            name,
            message -> {
              before.run();
              self.join().sendTo(message.payload(), message.src(), LONG);
            });
    self.complete(endpoint);
    return endpoint;
  }

  RpmsgEndpoint announce(String name, RpmsgListener listener) throws IOException {
    return awaitReady().announce(name, RpmsgAddress.ANY, listener);
  }

  void assertNothingBad() {
    for (String bad : List.of("badMessages", "badEntries", "badTransmitEntries", "brokenRings")) {
      assertEquals(bad, 0, counter(bad));
    }
  }

  /** The names and addresses of what the kernel has announced: {@code name@dst}. */
  List<String> announced() {
    String filter = "(&(rpmsg.transport=vm)(!(rpmsg.dst=4294967295))(!(rpmsg.name=rpmsg_ctrl)))";
    return services(RpmsgChannel.class, filter).stream()
        .map(channel -> channel.name() + "@" + Integer.toUnsignedLong(channel.dst()))
        .sorted()
        .toList();
  }

  /** Ends after its guest has, and leaves no thread. */
  @Override
  public void close() throws IOException {
    awaitState(TransportInfo.State.CONNECTING);
    stop();
    Files.delete(folder);
    Rig.await(() -> "left " + Rig.threads(), () -> Rig.threads().isEmpty());
  }
}
