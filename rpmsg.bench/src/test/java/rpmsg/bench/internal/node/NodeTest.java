// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Scanner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.bench.internal.carrier.Carriers;

/** Two nodes in one process, told what the run tells them. */
class NodeTest {

  @TempDir Path folder;

  private final Told driver = new Told();
  private final Told device = new Told();

  /** A node and the two ends of its pipes. */
  private static final class Told {
    private final PrintStream commands;
    private final Scanner answers;

    Told() {
      try {
        PipedOutputStream out = new PipedOutputStream();
        PipedInputStream commandsIn = new PipedInputStream(out, 4096);
        PipedInputStream answersIn = new PipedInputStream(4096);
        PrintStream answersOut = new PrintStream(new PipedOutputStream(answersIn), true);
        commands = new PrintStream(out, true);
        answers = new Scanner(answersIn);
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                new Node(
                        (index, address, words) -> Carriers.open(words[0], index, address),
                        new PrintStream(OutputStream.nullOutputStream()))
                    .run(commandsIn, answersOut);
              } catch (Exception failed) {
                throw new IllegalStateException(failed);
              }
            });
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    String ask(String command) {
      commands.println(command);
      return answers.nextLine();
    }
  }

  @AfterEach
  void end() {
    driver.commands.close();
    device.commands.close();
  }

  private void open() {
    String address = folder.resolve("ring").toString();
    assertEquals("= address=" + address, driver.ask("open 0 " + address + " bare"));
    device.ask("open 1 " + address + " bare");
    driver.ask("join");
    device.ask("join");
  }

  @Test
  void roundTripsAreInOrderOfTheirPercentiles() {
    open();
    device.ask("echo 16");
    String[] words = driver.ask("ping 16 0 50000000").split("[= ]+");
    assertEquals("p50", words[1]);
    double p50 = Double.parseDouble(words[2]);
    double p99 = Double.parseDouble(words[4]);
    double max = Double.parseDouble(words[6]);
    assertTrue(0 < p50 && p50 <= p99 && p99 <= max, String.join(" ", words));
  }

  @Test
  void whatOneFloodsTheOtherCounts() {
    open();
    device.ask("count 16 0");
    String flood = driver.ask("flood 16 20000000");
    String counted = device.ask("counted");
    String sent = flood.replaceAll("= sent=([0-9]+) .*", "$1");
    assertTrue(counted.startsWith("= count=" + sent + " rate="), flood + counted);
    assertTrue(counted.contains("wrong=0"), counted);
    assertEquals("= ", device.ask("close"));
  }

  @Test
  void whatCannotBeDoneIsAnAnswerToo() {
    assertTrue(driver.ask("open 0 x nonsense").startsWith("! open 0 x nonsense: "));
    open();
    assertTrue(driver.ask("nonsense").startsWith("! nonsense: "));
    assertEquals("= ", driver.ask("join"));
  }
}
