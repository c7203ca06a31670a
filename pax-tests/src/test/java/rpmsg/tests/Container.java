// SPDX-License-Identifier: Apache-2.0

package rpmsg.tests;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.vmOptions;
import static org.ops4j.pax.exam.CoreOptions.when;
import static org.ops4j.pax.exam.CoreOptions.workingDirectory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Constants;

/**
 * The Felix container of the tests: the very bundle files of the distribution, without its
 * interactive shell, which would read the standard input of the test runner.
 *
 * <p>A test that starts bundles in an order of its own takes {@link #options(String...)} without
 * them and installs them from {@link #bundleFile(String)}.
 */
final class Container {

  /** The symbolic names of this project's bundles, each after those it imports packages of. */
  static final List<String> OURS =
      List.of(
          "rpmsg.core", "rpmsg.syscall", "rpmsg.ns", "rpmsg.virtio", "rpmsg.char", "rpmsg.shell");

  /** The symbolic names of this project's bundles that are installed and not started. */
  static final List<String> DRIVERS = List.of("rpmsg.tty", "rpmsg.examples");

  private static final String DISTRIBUTION = "rpmsg.distribution";
  private static final String SOAK = "rpmsg.soak";
  private static final String JVM_OPTIONS = "rpmsg.jvm.options";
  private static final boolean FORKED = "forked".equals(System.getProperty("rpmsg.container"));
  private static final String INTERACTIVE_SHELL = "org.apache.felix.gogo.shell";

  private Container() {}

  /**
   * Says how to start a container with the distribution's bundles.
   *
   * @param without symbolic names of bundles to leave out
   */
  static Option options(String... without) {
    return composite(
        workingDirectory("target/exam"),
        handDown(DISTRIBUTION),
        handDown(SOAK),
        when(FORKED).useOptions(vmOptions(System.getProperty(JVM_OPTIONS).split(" "))),
        systemProperty("org.ops4j.pax.logging.DefaultServiceLog.level").value("ERROR"),
        frameworkProperty("ds.loglevel").value("warn"),
        junitBundles(),
        provision(List.of(without)));
  }

  /** Tells whether this is a long run: {@code mvn -Psoak verify}. */
  static boolean soak() {
    return Boolean.getBoolean(SOAK);
  }

  /**
   * Finds a bundle of the distribution.
   *
   * @throws IllegalArgumentException if there is no bundle of that name
   */
  static Path bundleFile(String symbolicName) {
    return Stream.of("bundle", "drivers")
        .flatMap(folder -> files(folder).stream())
        .filter(file -> symbolicName(file).equals(symbolicName))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no bundle " + symbolicName));
  }

  /** Finds a bundle of the distribution, as a location to install it from. */
  static String bundleLocation(String symbolicName) {
    return bundleFile(symbolicName).toUri().toString();
  }

  /** Lists the symbolic names of all bundles of the distribution that are started in tests. */
  static List<String> symbolicNames() {
    return files("bundle").stream().map(Container::symbolicName).sorted().toList();
  }

  private static Option provision(List<String> without) {
    return composite(
        Stream.concat(
                locations("bundle", without).map(location -> bundle(location)),
                locations("drivers", without).map(location -> bundle(location).noStart()))
            .toArray(Option[]::new));
  }

  private static Stream<String> locations(String folder, List<String> without) {
    return files(folder).stream()
        .filter(file -> !without.contains(symbolicName(file)))
        .map(Path::toUri)
        .map(URI::toString);
  }

  private static List<Path> files(String name) {
    var folder = Path.of(System.getProperty(DISTRIBUTION), name).normalize();
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !symbolicName(file).equals(INTERACTIVE_SHELL)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("no distribution in " + folder, e);
    }
  }

  private static String symbolicName(Path file) {
    try (var jar = new JarFile(file.toFile())) {
      var header = jar.getManifest().getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
      return header.split(";", 2)[0].strip();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " is no bundle", e);
    }
  }

  /** Gives a system property of this JVM to the container too. */
  static Option handDown(String property) {
    return systemProperty(property).value(System.getProperty(property, ""));
  }
}
