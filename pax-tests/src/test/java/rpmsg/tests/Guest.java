// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assume.assumeNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real Linux kernel as a process, with its console: one of the guests of {@code kernel/get}. All
 * that it ever printed, the kernel's log and the output of commands, is one text.
 */
final class Guest implements AutoCloseable {
  /** For what a guest does, on a machine that is busy. */
  static final int BOUND_SECONDS = 120;

  private static final int END_SECONDS = 20;
  private static final Set<Class<?>> TOLD = new HashSet<>();

  private final Process process;
  private final OutputStream input;
  private final StringBuilder console = new StringBuilder();
  private boolean ended;
  private int commands;

  private Guest(Path folder, Path socket, String... kernelArguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(folder.resolve("boot").toString());
    command.add(socket.toString());
    command.addAll(List.of(kernelArguments));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    input = process.getOutputStream();
    Thread.ofPlatform().daemon().name("guest-console").start(this::readConsole);
  }

  /**
   * Where a guest is kept, or null if it was never got.
   *
   * @param name as {@code kernel/get --list} prints it
   */
  static Path folder(String name) throws IOException, InterruptedException {
    Process list =
        new ProcessBuilder(System.getProperty("rpmsg.kernel.get"), "--list")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String lines = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!list.waitFor(END_SECONDS, TimeUnit.SECONDS) || list.exitValue() != 0) {
      throw new AssertionError("kernel/get --list failed: " + lines);
    }
    return lines
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> Path.of(line.substring(name.length() + 1)))
        .filter(Files::isDirectory)
        .findFirst()
        .orElse(null);
  }

  /** Where a guest is kept; without it the test is skipped, which is said once, or fails. */
  static Path folderOrSkip(String name, Class<?> test) throws IOException, InterruptedException {
    Path folder = folder(name);
    String missing = "no kernel " + name + ": kernel/get " + name + " gets it";
    if (folder == null && Boolean.getBoolean("rpmsg.kernel.required")) {
      throw new AssertionError(missing);
    }
    if (folder == null && TOLD.add(test)) {
      System.out.println(test.getSimpleName() + " skipped: " + missing);
    }
    assumeNotNull(folder);
    return folder;
  }

  /** Boots and waits until the console takes commands. */
  static Guest boot(Path folder, Path socket, String... kernelArguments) throws IOException {
    Guest guest = new Guest(folder, socket, kernelArguments);
    try {
      guest.await("guest ready");
      return guest;
    } catch (AssertionError failed) {
      guest.close();
      throw failed;
    }
  }

  private void readConsole() {
    byte[] bytes = new byte[8192];
    try (InputStream output = process.getInputStream()) {
      for (int length; (length = output.read(bytes)) >= 0; ) {
        append(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException e) {
      append("\nconsole: " + e + "\n");
    }
    synchronized (console) {
      ended = true;
      console.notifyAll();
    }
  }

  private void append(String text) {
    synchronized (console) {
      console.append(text.replace("\r", ""));
      console.notifyAll();
    }
  }

  /** All that was printed so far. */
  String console() {
    synchronized (console) {
      return console.toString();
    }
  }

  /** Waits until the console has printed this text. */
  void await(String text) {
    await(Pattern.compile(Pattern.quote(text)), 0, BOUND_SECONDS);
  }

  /** Waits for a text that matches, somewhere after the first {@code from} characters. */
  String await(Pattern wanted, int from) {
    return await(wanted, from, BOUND_SECONDS).group();
  }

  /** How often the console has printed this text. */
  int count(String text) {
    return (int) Pattern.compile(Pattern.quote(text)).matcher(console()).results().count();
  }

  private Matcher await(Pattern wanted, int from, int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    synchronized (console) {
      for (; ; ) {
        Matcher found = wanted.matcher(console.substring(from));
        if (found.find()) {
          return found;
        }
        long left = end - System.nanoTime();
        if (ended || left <= 0) {
          String what = ended ? "the guest ended without printing " : "the guest did not print ";
          throw new AssertionError(what + wanted + ":\n" + console);
        }
        waitFor(left);
      }
    }
  }

  private void waitFor(long nanos) {
    try {
      TimeUnit.NANOSECONDS.timedWait(console, nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /**
   * Runs a command of the guest's shell that has to succeed.
   *
   * @return what the console printed meanwhile
   */
  String run(String command) throws IOException {
    return run(command, BOUND_SECONDS);
  }

  /** The same for a command that may take so many seconds. */
  String run(String command, int seconds) throws IOException {
    Outcome outcome = tryRun(command, seconds);
    if (outcome.status() != 0) {
      throw new AssertionError(command + " exited with " + outcome.status() + ":\n" + console());
    }
    return outcome.text();
  }

  /** What a command printed, with what the kernel said meanwhile, and its exit code. */
  record Outcome(String text, int status) {}

  /** Runs a command of the guest's shell. */
  Outcome tryRun(String command) throws IOException {
    return tryRun(command, BOUND_SECONDS);
  }

  private Outcome tryRun(String command, int seconds) throws IOException {
    int from = console().length();
    int number = ++commands;
    start(command + "\necho \"@@\"" + number + " $?");
    Matcher end = await(Pattern.compile("@@" + number + " (\\d+)"), from, seconds);
    return new Outcome(
        console().substring(from, from + end.start()), Integer.parseInt(end.group(1)));
  }

  /** Gives the shell a line and does not wait. */
  void start(String line) throws IOException {
    input.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
    input.flush();
  }

  /** Ends it as a power cut does. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the guest does not end:\n" + console());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Ends it, and what it keeps in memory files. */
  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }
}
