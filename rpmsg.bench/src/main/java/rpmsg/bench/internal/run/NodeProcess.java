// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import rpmsg.bench.internal.node.Node;

/** The handle of a {@link Node} in a process of its own. It ends when its input does. */
final class NodeProcess implements AutoCloseable {
  private static final int ANSWER_SECONDS = 90;
  private static final int LOOK_MILLIS = 100;
  private static final String ENDED = Node.FAILURE + "the process ended";

  private final Path log;
  private final Process process;
  private final PrintWriter commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /**
   * Starts it.
   *
   * @param folder its working directory
   * @param log what it says beside its answers
   */
  NodeProcess(List<String> command, Path folder, Path log) throws IOException {
    this.log = log;
    process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(log.toFile()).start();
    commands = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("bench-answers").start(this::readAnswers);
  }

  private void readAnswers() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line; (line = lines.readLine()) != null; ) {
        if (line.startsWith(Node.ANSWER) || line.startsWith(Node.FAILURE)) {
          answers.add(line);
        }
      }
    } catch (IOException ended) {
      // As below.
    }
    answers.add(ENDED);
  }

  /** Has it do something, without waiting for it. */
  void tell(String command) {
    commands.println(command);
  }

  /** The answer to the oldest command that was told. */
  Answer answer() throws BenchException {
    return answerUnless(() -> false);
  }

  /** As {@link #answer()}, but waits no longer than until something makes it pointless. */
  Answer answerUnless(BooleanSupplier pointless) throws BenchException {
    try {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(ANSWER_SECONDS);
      String line = null;
      while (line == null && System.nanoTime() - end < 0 && !pointless.getAsBoolean()) {
        line = answers.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      if (line == null) {
        throw new BenchException("no answer; see " + log);
      }
      if (line.startsWith(Node.FAILURE)) {
        throw new BenchException(line.substring(Node.FAILURE.length()) + "; see " + log);
      }
      return Answer.of(line.substring(Node.ANSWER.length()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted");
    }
  }

  Answer ask(String command) throws BenchException {
    tell(command);
    return answer();
  }

  /** That it has used so far. */
  ProcessorTime processorTime() throws BenchException {
    try {
      return ProcessorTime.of(process.pid());
    } catch (IOException e) {
      throw new BenchException("its processor time cannot be read: " + e + "; see " + log);
    }
  }

  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
