// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogReaderService;

/**
 * A container with a host transport, and a {@link RawRemote} at the other end of its memory.
 *
 * <p>It looks at services by their properties and by reflection only: were this bundle wired to a
 * package of the bundles under test, refreshing them would refresh the test.
 */
final class Rig implements AutoCloseable {
  static final long BOUND_SECONDS = 30;

  private static final String CHANNEL = "rpmsg.core.RpmsgChannel";
  private static final AtomicInteger COUNT = new AtomicInteger();

  final Path memory;
  final RawRemote remote;
  final AtomicInteger unbound = new AtomicInteger();
  private final BundleContext context;
  private Configuration configuration;
  private Configuration autoload;

  Rig(BundleContext context) throws IOException {
    this.context = context;
    memory =
        Path.of(
            "/dev/shm/rpmsg-it-%d-%d"
                .formatted(ProcessHandle.current().pid(), COUNT.incrementAndGet()));
    remote = new RawRemote(memory, this::lookAtNameService);
    configure();
  }

  /**
   * Creates the transport's configuration, under a new PID each time: Felix's Config Admin can lose
   * the factory PID of one that is deleted and made again at once.
   */
  void configure() throws IOException {
    configuration =
        service(ConfigurationAdmin.class).createFactoryConfiguration("rpmsg.virtio", "?");
    configuration.update(properties(512));
  }

  /** Changes the configuration, so that the transport starts over. */
  void reconfigure(int bufferSize) throws IOException {
    configuration.update(properties(bufferSize));
  }

  /** Deletes the configuration. */
  void unconfigure() throws IOException {
    configuration.delete();
    configuration = null;
  }

  boolean configured() {
    return configuration != null;
  }

  /**
   * Configures drivers that load themselves. What is started after this has been told; what runs is
   * told soon.
   *
   * @param allow symbolic names; none for the default
   */
  void autoload(boolean enabled, String... allow) throws IOException {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("enabled", enabled);
    if (allow.length > 0) {
      properties.put("allow", allow);
    }
    autoload = service(ConfigurationAdmin.class).getConfiguration("rpmsg.autoload", "?");
    autoload.update(properties);
  }

  private Dictionary<String, Object> properties(int bufferSize) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("name", "it");
    properties.put("role", "host");
    properties.put("link", "shm:" + memory);
    properties.put("doorbell", "poll");
    properties.put("index", 0);
    properties.put("bufferSize", bufferSize);
    return properties;
  }

  Bundle bundle(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  void start(String symbolicName) throws BundleException {
    bundle(symbolicName).start();
  }

  void stop(String symbolicName) throws BundleException {
    bundle(symbolicName).stop();
  }

  /** Updates a bundle from the file that it came from. */
  void update(String symbolicName) throws BundleException {
    bundle(symbolicName).update();
  }

  /** Refreshes a bundle and all that is wired to it, and waits until that is done. */
  void refresh(String symbolicName) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    context
        .getBundle(0)
        .adapt(FrameworkWiring.class)
        .refreshBundles(
            Set.of(bundle(symbolicName)),
            event -> {
              if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
              }
            });
    if (!done.await(BOUND_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("refresh of " + symbolicName + " did not end");
    }
  }

  /** Whether the readiness condition is there. */
  boolean ready() {
    return !references("org.osgi.service.condition.Condition", "(osgi.condition.id=rpmsg.ready)")
        .isEmpty();
  }

  /** The announced channels in the order in which they appeared: {@code name@dst}. */
  List<String> channels() {
    return references(
            CHANNEL, "(&(rpmsg.transport=it)(!(rpmsg.dst=4294967295))(!(rpmsg.name=rpmsg_ctrl)))")
        .stream()
        .sorted((a, b) -> Long.compare(id(a), id(b)))
        .map(r -> r.getProperty("rpmsg.name") + "@" + r.getProperty("rpmsg.dst"))
        .toList();
  }

  /** The driver of the first channel of a name that has one, or null. */
  String driver(String name) {
    return references(CHANNEL, "(rpmsg.name=" + name + ")").stream()
        .map(context::getService)
        .filter(Objects::nonNull)
        .map(channel -> (String) get(channel, CHANNEL, "driver"))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** What the core says of bundles with aliases, as text. */
  String driverBundles() {
    String type = "rpmsg.core.DriverAutoload";
    for (ServiceReference<?> reference : references(type, null)) {
      return get(context.getService(reference), type, "bundles").toString();
    }
    return "no " + type;
  }

  /** A counter of the transport; 0 while there is none. */
  int counter(String name) {
    String type = "rpmsg.core.TransportInfo";
    for (ServiceReference<?> reference : references(type, "(rpmsg.transport=it)")) {
      Map<?, ?> counters = (Map<?, ?>) get(context.getService(reference), type, "counters");
      return ((Long) counters.get(name)).intValue();
    }
    return 0;
  }

  private static Object get(Object target, String type, String method) {
    try {
      return call(target, type, method);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits until exactly what the remote announces is there, in its order. */
  void awaitAllAnnounced() {
    await(
        () -> diagnosis() + difference(remote.expected(), channels()),
        () ->
            ready() && remote.running() && remote.quiet() && channels().equals(remote.expected()));
  }

  /** What transports, components, configurations and log say, for the message of a failure. */
  private String diagnosis() {
    List<String> lines = new ArrayList<>();
    lines.add("threads " + threads());
    try {
      for (ServiceReference<?> reference : references("rpmsg.core.TransportInfo", null)) {
        Object info = context.getService(reference);
        for (String property : List.of("name", "state", "reason", "counters")) {
          lines.add(property + " " + call(info, "rpmsg.core.TransportInfo", property));
        }
      }
      Configuration[] all = service(ConfigurationAdmin.class).listConfigurations(null);
      lines.add("configurations " + Arrays.toString(all));
    } catch (ReflectiveOperationException | IOException | InvalidSyntaxException e) {
      lines.add(e.toString());
    }
    ServiceComponentRuntime components = service(ServiceComponentRuntime.class);
    Bundle virtio = bundle("rpmsg.virtio");
    for (ComponentDescriptionDTO description : components.getComponentDescriptionDTOs(virtio)) {
      components
          .getComponentConfigurationDTOs(description)
          .forEach(c -> lines.add(description.name + " state " + c.state + " " + c.failure));
    }
    Enumeration<LogEntry> log = service(LogReaderService.class).getLog();
    Collections.list(log).stream()
        .filter(entry -> !entry.getLoggerName().startsWith("Events."))
        .filter(entry -> entry.getLogLevel().ordinal() <= LogLevel.WARN.ordinal())
        .limit(30)
        .forEach(
            e -> lines.add(e.getLoggerName() + ": " + e.getMessage() + " " + e.getException()));
    return String.join("\n", lines) + "\n";
  }

  /** Whether a component runs, and knows this key of its configuration. */
  boolean isActiveWith(String bundle, String component, String key) {
    ServiceComponentRuntime components = service(ServiceComponentRuntime.class);
    return components
        .getComponentConfigurationDTOs(
            components.getComponentDescriptionDTO(bundle(bundle), component))
        .stream()
        .anyMatch(
            c -> c.state == ComponentConfigurationDTO.ACTIVE && c.properties.containsKey(key));
  }

  private <T> T service(Class<T> type) {
    return context.getService(context.getServiceReference(type));
  }

  private static String difference(List<String> expected, List<String> there) {
    List<String> missing = new ArrayList<>(expected);
    missing.removeAll(there);
    List<String> extra = new ArrayList<>(there);
    extra.removeAll(expected);
    return "%d channels, missing %s, extra %s, order %s"
        .formatted(expected.size(), missing, extra, expected.equals(there) ? "kept" : "differs");
  }

  static void await(Supplier<String> what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("did not happen in time: " + what.get());
      }
      Thread.yield();
    }
  }

  /** The services of one of our interfaces, whoever can see its class. */
  Collection<ServiceReference<?>> references(String type, String filter) {
    try {
      ServiceReference<?>[] found = context.getAllServiceReferences(type, filter);
      return found == null ? List.of() : List.of(found);
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Threads of the product that are alive, but the one that looks for the kernel's RPMsg. */
  static List<String> threads() {
    List<String> names = new ArrayList<>();
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().matches("rpmsg-(?!kernel-discovery).*")) {
        names.add(thread.getName());
      }
    }
    return names;
  }

  private static long id(ServiceReference<?> reference) {
    return (Long) reference.getProperty("service.id");
  }

  /**
   * When the remote sees DRIVER_OK: is anybody bound at 53? It says something only where nothing is
   * being stopped at that moment.
   */
  private void lookAtNameService() {
    for (ServiceReference<?> reference : references("rpmsg.core.RpmsgBus", null)) {
      Object bus = context.getService(reference);
      if (bus != null && boundAt53(bus)) {
        return;
      }
    }
    unbound.incrementAndGet();
  }

  private static boolean boundAt53(Object bus) {
    try {
      for (Object transport : (Collection<?>) call(bus, "rpmsg.core.RpmsgBus", "transports")) {
        String type = "rpmsg.core.RpmsgTransport";
        for (Object endpoint : (Collection<?>) call(transport, type, "endpoints")) {
          if (call(endpoint, "rpmsg.core.RpmsgEndpoint", "address").equals(53)) {
            return true;
          }
        }
      }
      return false;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object call(Object target, String type, String method)
      throws ReflectiveOperationException {
    Method found = target.getClass().getClassLoader().loadClass(type).getMethod(method);
    return found.invoke(target);
  }

  @Override
  public void close() throws IOException {
    if (configuration != null) {
      unconfigure();
    }
    if (autoload != null) {
      autoload.delete();
    }
    remote.close();
    Files.deleteIfExists(memory);
    if (!remote.failures().isEmpty()) {
      throw new AssertionError("the raw remote failed", remote.failures().getFirst());
    }
  }
}
