// SPDX-License-Identifier: Apache-2.0

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Checks or applies the format of all Java sources below a folder: {@code check|apply FOLDER}. */
class Format {

  private static final String APPLY = "mvn -Pformat validate";

  public static void main(String[] args) throws IOException {
    var apply = args[0].equals("apply");
    var sources = sources(Path.of(args[1]));
    var result = format(apply ? List.of("--replace") : checkOptions(), sources);
    if (result != 0 && !apply) {
      System.out.println("Not in google-java-format: the files above. To format them: " + APPLY);
    }
    System.exit(result);
  }

  private static List<String> checkOptions() {
    return List.of("--dry-run", "--set-exit-if-changed");
  }

  private static int format(List<String> options, List<String> sources) {
    var arguments = new ArrayList<>(options);
    arguments.addAll(sources);
    return ToolProvider.findFirst("google-java-format")
        .orElseThrow()
        .run(System.out, System.err, arguments.toArray(String[]::new));
  }

  /** Finds the sources in {@code MODULE/src}. */
  private static List<String> sources(Path root) throws IOException {
    var found = new ArrayList<String>();
    try (Stream<Path> modules = Files.list(root)) {
      for (var module : modules.sorted().toList()) {
        found.addAll(javaFiles(module.resolve("src")));
      }
    }
    return found;
  }

  private static List<String> javaFiles(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).filter(name -> name.endsWith(".java")).sorted().toList();
    }
  }
}
