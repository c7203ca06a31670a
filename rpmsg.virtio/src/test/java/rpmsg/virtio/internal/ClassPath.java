// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The class path of a JVM that a test starts. */
public final class ClassPath {
  private ClassPath() {}

  /** The places that these classes come from, in this order. */
  public static String of(Class<?>... types) {
    return Stream.of(types)
        .map(ClassPath::location)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
