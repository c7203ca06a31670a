// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogReaderService;

/**
 * Runs cases that are named on standard input, one a line with its arguments, and prints one line
 * for each: {@code case NAME ok} with figures, or {@code case NAME FAILED} with the reason, after
 * what all platform threads were doing.
 */
public final class Cases implements BundleActivator {
  /** One case. */
  interface Case {
    /** Returns figures for people; anything thrown is its failure. */
    String run(List<String> arguments) throws Exception;
  }

  private final Map<String, Case> cases = new TreeMap<>();

  @Override
  public void start(BundleContext context) {
    LogReaderService log = context.getService(context.getServiceReference(LogReaderService.class));
    Collections.list(log.getLog()).forEach(Cases::show);
    log.addLogListener(Cases::show);
    Services services = new Services(context);
    new BusCases(services).addTo(cases);
    new DeviceCases(services).addTo(cases);
    new WaitingCases(services).addTo(cases);
    new SystemCallCases().addTo(cases);
    Thread.ofPlatform().daemon().name("cases").start(() -> readCommands(context));
  }

  @Override
  public void stop(BundleContext context) {}

  private static void show(LogEntry entry) {
    if (entry.getLogLevel().ordinal() <= LogLevel.WARN.ordinal()) {
      say("log " + entry.getLogLevel() + " " + entry.getMessage() + " " + entry.getException());
    }
  }

  private void readCommands(BundleContext context) {
    say("container ready");
    try (BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line; (line = commands.readLine()) != null; ) {
        List<String> words = Arrays.asList(line.strip().split(" +"));
        run(words.getFirst(), words.subList(1, words.size()));
      }
    } catch (IOException e) {
      say("commands: " + e);
    }
    stop(context.getBundle(0));
  }

  private static void stop(Bundle framework) {
    try {
      framework.stop();
    } catch (BundleException e) {
      say("stop: " + e);
    }
  }

  private void run(String name, List<String> arguments) {
    try {
      Case wanted = cases.get(name);
      if (wanted == null) {
        throw new IllegalArgumentException("unknown; there are " + cases.keySet());
      }
      say("case " + name + " ok " + wanted.run(arguments));
    } catch (Throwable failed) {
      Thread.getAllStackTraces().forEach(Cases::show);
      say("case " + name + " FAILED " + describe(failed));
    }
  }

  private static void show(Thread thread, StackTraceElement[] trace) {
    say("thread " + thread.getName() + " " + thread.getState() + " at " + Arrays.asList(trace));
  }

  private static String describe(Throwable failed) {
    StackTraceElement[] trace = failed.getStackTrace();
    return (failed + " at " + Arrays.asList(trace).subList(0, Math.min(8, trace.length)))
        .replace('\n', ' ');
  }

  private static void say(String line) {
    System.out.println(line);
  }
}
