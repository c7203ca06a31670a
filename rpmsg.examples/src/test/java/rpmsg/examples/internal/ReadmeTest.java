// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code of the README is that of the bundle. */
class ReadmeTest {
  private static final Path SOURCES = Path.of("src/main/java/rpmsg/examples/internal");

  private static List<String> blocks() throws IOException {
    return Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(Path.of("README.md")))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  @Test
  void itsCodeIsWhatIsCompiled() throws IOException {
    assertEquals(2, blocks().size());
    assertTrue(Files.readString(SOURCES.resolve("EchoDriver.java")).endsWith(blocks().get(0)));
    assertTrue(Files.readString(SOURCES.resolve("Thermometer.java")).endsWith(blocks().get(1)));
  }

  @Test
  void aDriverNeedsThirtyLinesAtMost() throws IOException {
    assertTrue(Files.readAllLines(SOURCES.resolve("EchoDriver.java")).size() <= 30);
  }
}
