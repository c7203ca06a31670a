// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.launch;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * An OSGi framework with the bundles of a distribution folder. Its cache is private to the process
 * and goes with it, so that several containers can run from one folder.
 */
final class Container {
  /** Opened by the run when the link is up, never here. */
  private static final String SHELL = "org.apache.felix.gogo.shell";

  private static final Duration STOP_BOUND = Duration.ofSeconds(10);

  private final Framework framework;
  private final Path cache;

  private Container(Framework framework, Path cache) {
    this.framework = framework;
    this.cache = cache;
  }

  /**
   * Starts the container and returns when it has stopped. However the process ends, short of being
   * killed, the container is stopped first.
   */
  static void run(Path home, Map<String, String> settings) throws IOException, BundleException {
    Path cache = Files.createTempDirectory("rpmsg-");
    Container container = new Container(framework(home, cache, settings), cache);
    Runtime.getRuntime().addShutdownHook(new Thread(container::stop, "rpmsg stop"));
    container.start(home);
    container.await();
  }

  private static Framework framework(Path home, Path cache, Map<String, String> settings)
      throws IOException {
    Map<String, String> configuration = new HashMap<>(file(home.resolve("conf/config.properties")));
    configuration.putAll(settings);
    configuration.put(Constants.FRAMEWORK_STORAGE, cache.toString());
    return ServiceLoader.load(FrameworkFactory.class)
        .findFirst()
        .orElseThrow(() -> new IOException("no OSGi framework on the class path"))
        .newFramework(configuration);
  }

  private static Map<String, String> file(Path path) throws IOException {
    if (!Files.isReadable(path)) {
      throw new IOException(path + " is missing: build the distribution anew with mvn package");
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path)) {
      properties.load(reader);
    }
    Map<String, String> settings = new HashMap<>();
    properties.stringPropertyNames().forEach(n -> settings.put(n, properties.getProperty(n)));
    return settings;
  }

  /** Drivers are there before there is a channel that they are for. */
  private void start(Path home) throws IOException, BundleException {
    framework.start();
    install(home.resolve("drivers"));
    for (Bundle bundle : install(home.resolve("bundle"))) {
      if (!SHELL.equals(bundle.getSymbolicName())) {
        bundle.start();
      }
    }
  }

  private List<Bundle> install(Path folder) throws IOException, BundleException {
    BundleContext context = framework.getBundleContext();
    List<Bundle> bundles = new ArrayList<>();
    for (Path jar : jars(folder)) {
      bundles.add(context.installBundle("reference:" + jar.toUri()));
    }
    return bundles;
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private void await() {
    try {
      framework.waitForStop(0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    try {
      framework.stop();
      framework.waitForStop(STOP_BOUND.toMillis());
    } catch (BundleException | InterruptedException e) {
      System.err.println("rpmsg: stopping the container: " + e.getMessage());
    }
    delete(cache);
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("rpmsg: " + folder + " could not be removed: " + e.getMessage());
    }
  }
}
