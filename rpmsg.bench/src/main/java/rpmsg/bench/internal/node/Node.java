// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import rpmsg.bench.internal.carrier.Carrier;
import rpmsg.bench.internal.carrier.Pipe;

/**
 * One of the two processes that a row is measured with: does what its input says, a line each, and
 * answers with a line. Sizes are bytes of payload, times nanoseconds.
 *
 * <pre>
 * open INDEX ADDRESS WORDS   opens a carrier               address=
 * join                       waits for the other end
 * echo SIZE                  sends back what comes
 * ping SIZE WARM TIME        plays with an echo            p50= p99= max= bytes=
 * count SIZE WARM            counts what comes ...
 * counted                    ... until the last message    count= rate= wrong= bytes= doorbells=
 * flood SIZE TIME            sends all it can              sent= bytes= doorbells=
 * end                        ends echo
 * close                      closes the carrier
 * </pre>
 */
public final class Node {
  /** Begins a line that is an answer. */
  public static final String ANSWER = "= ";

  /** Begins a line that says what went wrong, in place of an answer. */
  public static final String FAILURE = "! ";

  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Opens a carrier. */
  @FunctionalInterface
  public interface Opener {
    /**
     * Opens one end.
     *
     * @param words what follows index and address in the command
     */
    Carrier open(int index, String address, String[] words) throws Exception;
  }

  private final Opener opener;
  private final PrintStream log;
  private Carrier carrier;
  private Pipe pipe;
  private Meter meter;
  private long doorbells;

  /**
   * A node that has not opened anything yet.
   *
   * @param log gets the stack of what goes wrong
   */
  public Node(Opener opener, PrintStream log) {
    this.opener = opener;
    this.log = log;
  }

  /** Reads commands until there are no more. */
  public void run(InputStream commands, PrintStream answers) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(commands, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      answers.println(answer(line));
      answers.flush();
    }
  }

  private String answer(String line) {
    try {
      return ANSWER + execute(line.split(" "));
    } catch (Exception failed) {
      failed.printStackTrace(log);
      return FAILURE + line + ": " + failed;
    }
  }

  private String execute(String[] words) throws Exception {
    return switch (words[0]) {
      case "open" -> open(words);
      case "join" -> join();
      case "echo" -> echo(Integer.parseInt(words[1]));
      case "ping" -> ping(Integer.parseInt(words[1]), number(words[2]), number(words[3]));
      case "count" -> count(Integer.parseInt(words[1]), number(words[2]));
      case "counted" -> counted();
      case "flood" -> flood(Integer.parseInt(words[1]), number(words[2]));
      case "end" -> end();
      case "close" -> close();
      default -> carrier.execute(words);
    };
  }

  private static long number(String word) {
    return Long.parseLong(word);
  }

  private String open(String[] words) throws Exception {
    carrier =
        opener.open(
            Integer.parseInt(words[1]), words[2], Arrays.copyOfRange(words, 3, words.length));
    return "address=" + carrier.address();
  }

  private String join() throws Exception {
    carrier.join();
    return "";
  }

  private String echo(int size) throws Exception {
    pipe = carrier.echo(size);
    return "";
  }

  private String ping(int size, long warm, long nanos) throws Exception {
    return new RoundTrips(warm, nanos).run(carrier, size);
  }

  private String count(int size, long warm) throws Exception {
    meter = new Meter(warm);
    doorbells = carrier.doorbells();
    pipe = carrier.open(size, meter);
    return "";
  }

  private String counted() throws Exception {
    meter.await(LAST_NANOS);
    end();
    return meter.figures() + rungSince(doorbells);
  }

  private String flood(int size, long nanos) throws Exception {
    long before = carrier.doorbells();
    return Flood.run(carrier, size, nanos).figures() + rungSince(before);
  }

  private String rungSince(long before) {
    return before < 0 ? "" : " doorbells=" + (carrier.doorbells() - before);
  }

  private String end() throws Exception {
    pipe.close();
    return "";
  }

  private String close() throws Exception {
    carrier.close();
    return "";
  }
}
