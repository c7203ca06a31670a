// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The parent's handle of {@link Child}: the same JVM, class path and flags as its own. */
final class ChildProcess implements AutoCloseable {
  private static final int ANSWER_SECONDS = 60;

  private final Process process;
  private final PrintWriter commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  ChildProcess() throws IOException {
    process = new ProcessBuilder(command()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("child-answers").start(this::readAnswers);
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Child.class.getName());
    return command;
  }

  private void readAnswers() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        answers.add(line);
      }
    } catch (IOException ended) {
      // What waits for an answer then says so.
    }
  }

  /** Has the child do something, without waiting for it. */
  void tell(String command) {
    commands.println(command);
  }

  /** The answer to the oldest command that was told. */
  String answer() throws InterruptedException {
    String answer = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new IllegalStateException("the second process does not answer");
    }
    return answer;
  }

  String ask(String command) throws InterruptedException {
    tell(command);
    return answer();
  }

  @Override
  public void close() throws InterruptedException {
    commands.close();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
