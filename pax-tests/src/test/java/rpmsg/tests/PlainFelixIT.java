// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;

/** The distribution without its launcher: {@code java -jar bin/felix.jar}. */
public class PlainFelixIT {
  private Path folder;

  @Before
  public void make() throws IOException {
    folder = Files.createTempDirectory("rpmsg-felix");
  }

  @After
  public void remove() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  public void itStartsEveryBundleAndInstallsTheDrivers() throws Exception {
    Path out = folder.resolve("out");
    Process felix = start(out);
    try {
      OutputStream shell = felix.getOutputStream();
      Rig.await(() -> read(out), () -> type(shell, "lb -s", out) && everythingIsThere(read(out)));
      shell.write("stop 0\n".getBytes(StandardCharsets.US_ASCII));
      shell.flush();
      assertTrue(read(out), felix.waitFor(Rig.BOUND_SECONDS, TimeUnit.SECONDS));
      assertEquals(read(out), 0, felix.exitValue());
    } finally {
      felix.destroyForcibly().waitFor();
    }
  }

  private Process start(Path out) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(System.getProperty("rpmsg.jvm.options").split(" ")));
    command.add("-Dorg.osgi.framework.storage=" + folder.resolve("cache"));
    command.addAll(List.of("-jar", "bin/felix.jar"));
    return new ProcessBuilder(command)
        .directory(Path.of(System.getProperty("rpmsg.distribution")).normalize().toFile())
        .redirectErrorStream(true)
        .redirectOutput(out.toFile())
        .start();
  }

  /** Types a line, and waits until the shell asks for the next. */
  private static boolean type(OutputStream shell, String line, Path out) {
    try {
      int prompts = prompts(out);
      shell.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      shell.flush();
      Rig.await(() -> read(out), () -> prompts(out) > prompts);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int prompts(Path out) {
    return read(out).split("g! ", -1).length;
  }

  private static boolean everythingIsThere(String output) {
    String last = output.substring(Math.max(0, output.lastIndexOf("START LEVEL")));
    return Container.OURS.stream().allMatch(name -> is(last, "Active", name))
        && Container.DRIVERS.stream().allMatch(name -> is(last, "Installed|Resolved", name));
  }

  private static boolean is(String list, String state, String name) {
    return Pattern.compile("\\|(" + state + ") *\\| *\\d+\\|" + Pattern.quote(name) + " ")
        .matcher(list)
        .find();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
