// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/**
 * The main program of the container inside the guest: Felix with the bundles of the distribution,
 * and one more made of the classes beside this one. Ends with its standard input.
 */
public final class GuestContainer {
  private static final List<String> WITHOUT =
      List.of("org.apache.felix.gogo", "org.apache.felix.fileinstall", "rpmsg.shell");
  private static final String COMPONENT =
      """
      <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="guest.hello" init="1">
        <implementation class="rpmsg.tests.guest.HelloComponent"/>
        <reference name="channel" parameter="0" interface="rpmsg.core.RpmsgChannel"
          target="(rpmsg.name=guest-component)"/>
      </scr:component>
      """;

  private GuestContainer() {}

  /**
   * @param arguments the distribution's folder, the folder of the test classes, a folder for the
   *     framework's files
   */
  public static void main(String[] arguments) throws Exception {
    Framework framework =
        ServiceLoader.load(FrameworkFactory.class)
            .findFirst()
            .orElseThrow()
            .newFramework(
                Map.of(
                    Constants.FRAMEWORK_STORAGE,
                    arguments[2],
                    Constants.FRAMEWORK_STORAGE_CLEAN,
                    "onFirstInit",
                    "ds.loglevel",
                    "warn"));
    framework.start();
    BundleContext context = framework.getBundleContext();
    List<Bundle> bundles = new ArrayList<>();
    for (Path file : bundleFiles(Path.of(arguments[0], "bundle"))) {
      bundles.add(context.installBundle(file.toUri().toString()));
    }
    bundles.add(context.installBundle("cases", cases(Path.of(arguments[1]))));
    for (Bundle bundle : bundles) {
      bundle.start();
    }
    framework.waitForStop(0);
    System.exit(0);
  }

  private static List<Path> bundleFiles(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> WITHOUT.stream().noneMatch(file.getFileName().toString()::startsWith))
          .sorted()
          .toList();
    }
  }

  private static InputStream cases(Path classes) throws IOException {
    Manifest manifest = new Manifest();
    Attributes headers = manifest.getMainAttributes();
    headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
    headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "rpmsg.tests.guest");
    headers.putValue(Constants.BUNDLE_ACTIVATOR, Cases.class.getName());
    headers.putValue("Service-Component", "OSGI-INF/hello.xml");
    headers.putValue(
        Constants.IMPORT_PACKAGE,
        "org.osgi.framework,org.osgi.service.log,rpmsg.chardev,rpmsg.core,rpmsg.syscall");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String packagePath = GuestContainer.class.getPackageName().replace('.', '/');
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest);
        Stream<Path> files = Files.list(classes.resolve(packagePath))) {
      for (Path file : files.sorted().toList()) {
        add(jar, packagePath + "/" + file.getFileName(), Files.readAllBytes(file));
      }
      add(jar, "OSGI-INF/hello.xml", COMPONENT.getBytes(StandardCharsets.UTF_8));
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }

  private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
    jar.putNextEntry(new JarEntry(name));
    jar.write(content);
  }
}
