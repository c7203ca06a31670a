// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command prints. */
public final class Output {
  /** A command of the test. */
  @FunctionalInterface
  public interface Action {
    void run() throws Exception;
  }

  private Output() {}

  /** The lines that {@code action} prints to standard output. */
  public static String of(Action action) throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
