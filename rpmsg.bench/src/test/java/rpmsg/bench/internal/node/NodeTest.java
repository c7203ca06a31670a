// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
    open("ring");
    driver.ask("join");
    device.ask("join");
  }

  private void open(String file) {
    String address = folder.resolve(file).toString();
    assertEquals("= address=" + address, driver.ask("open 0 " + address + " bare"));
    device.ask("open 1 " + address + " bare");
  }

  @Test
  void roundTripsAreInOrderOfTheirPercentiles() {
    open();
    device.ask("echo 16");
    assertInOrder(driver.ask("ping 16 0 50000000"));
  }

  private static void assertInOrder(String answer) {
    double p50 = number(answer, "p50");
    double p99 = number(answer, "p99");
    assertTrue(0 < p50 && p50 <= p99 && p99 <= number(answer, "max"), answer);
  }

  private static double number(String answer, String name) {
    return Double.parseDouble(answer.replaceAll(".* " + name + "=([0-9.]+).*", "$1"));
  }

  @Test
  void aRoundTripThatWakesBothSidesComesAfterAPause() {
    open();
    device.ask("echo 16");
    String answer = driver.ask("woken 16 20000000 80000000");
    assertInOrder(answer);
    double most = 100e6 / WokenRoundTrips.PAUSE_NANOS + 1;
    assertTrue(1 <= number(answer, "sent") && number(answer, "sent") <= most, answer);
    assertEquals("= ", device.ask("end"));
  }

  @Test
  void whatIsOpenedBesideFloodsAndCountsBesideAtTheSameTime() {
    open("first");
    open("second");
    open("third");
    driver.ask("join");
    device.ask("join");
    device.ask("count 16 0");
    String flood = driver.ask("flood 16 50000000");
    String counted = device.ask("counted");
    String sent = flood.replaceAll("= sent=([0-9]+,[0-9]+,[0-9]+) .*", "$1");
    assertTrue(counted.startsWith("= count=" + sent + " rate="), flood + counted);
    assertTrue(counted.contains(" wrong=0 "), counted);
    assertEquals("= ", device.ask("close"));
  }

  @Test
  void theHeapIsWhatIsLeftAfterCollections() {
    double before = number(driver.ask("heap"), "heap");
    byte[] kept = new byte[8 << 20];
    double with = number(driver.ask("heap"), "heap");
    assertTrue(with - before > kept.length / 2, before + " " + with);
    new ArrayList<>(Collections.nCopies(4 << 20, kept));
    double after = number(driver.ask("heap"), "heap");
    assertTrue(after - with < kept.length / 4, with + " " + after);
    Reference.reachabilityFence(kept);
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
