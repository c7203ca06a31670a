// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;

/** A bundle with a {@link LoadedDriver} and with aliases, to be installed and not started. */
final class TestBundle {
  /** Manifest header: the ids of the driver; without it the activator throws. */
  static final String IDS = "Test-Ids";

  /** Manifest header: there is a name service, which does not attach, in place of a driver. */
  static final String NAME_SERVICE = "Test-Name-Service";

  private static final String CLASS = "rpmsg/tests/LoadedDriver.class";

  private final Attributes headers = new Attributes();
  private final String name;

  TestBundle(String name, String... aliases) {
    this.name = name;
    header("Manifest-Version", "1.0");
    header(Constants.BUNDLE_MANIFESTVERSION, "2");
    header(Constants.BUNDLE_SYMBOLICNAME, name);
    header(Constants.BUNDLE_ACTIVATOR, "rpmsg.tests.LoadedDriver");
    header(Constants.IMPORT_PACKAGE, "org.osgi.framework,rpmsg.core,rpmsg.core.spi");
    header(
        Constants.PROVIDE_CAPABILITY,
        "rpmsg.driver;alias:List<String>=\"" + String.join(",", aliases) + "\"");
  }

  TestBundle header(String header, String value) {
    headers.putValue(header, value);
    return this;
  }

  TestBundle ids(String ids) {
    return header(IDS, ids);
  }

  TestBundle nameService() {
    return header(NAME_SERVICE, "true");
  }

  Bundle install(BundleContext context) throws BundleException {
    return context.installBundle("test:" + name, jar());
  }

  InputStream jar() {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().putAll(headers);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JarOutputStream jar = new JarOutputStream(bytes, manifest);
        InputStream driver = TestBundle.class.getClassLoader().getResourceAsStream(CLASS)) {
      jar.putNextEntry(new JarEntry(CLASS));
      driver.transferTo(jar);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
