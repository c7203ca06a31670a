// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import rpmsg.bench.internal.carrier.Carrier;

/**
 * One of the two processes that a row is measured with: does what its input says, a line each, and
 * answers with a line. Sizes are bytes of payload, times nanoseconds. Where more than one carrier
 * is open, each floods and counts, and {@code sent} and {@code count} have a number for each.
 *
 * <pre>
 * open INDEX ADDRESS WORDS   opens a carrier               address=
 * join                       waits for the other ends
 * echo SIZE                  sends back what comes ...
 * end                        ... until now                 doorbells=
 * ping SIZE WARM TIME        plays with an echo            p50= p99= max= bytes=
 * woken SIZE WARM TIME       the same, with pauses         sent= p50= p99= max= doorbells=
 * count SIZE WARM            counts what comes ...
 * counted                    ... until the last message    count= rate= wrong= bytes= doorbells=
 * flood SIZE TIME            sends all it can              sent= bytes= doorbells=
 * heap                       collects garbage              heap=
 * close                      closes the carriers
 * </pre>
 */
public final class Node {
  /** Begins a line that is an answer. */
  public static final String ANSWER = "= ";

  /** Begins a line that says what went wrong, in place of an answer. */
  public static final String FAILURE = "! ";

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
  private final Links links = new Links();

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
      case "join" -> silent(links::join);
      case "echo" -> silent(() -> links.echo(size(words)));
      case "end" -> links.end().strip();
      case "ping" ->
          new RoundTrips(number(words, 2), number(words, 3)).run(links.first(), size(words));
      case "woken" -> woken(size(words), number(words, 2), number(words, 3));
      case "count" -> silent(() -> links.count(size(words), number(words, 2)));
      case "counted" -> links.counted();
      case "flood" -> links.flood(size(words), number(words, 2));
      case "heap" -> "heap=" + Heap.used();
      case "close" -> silent(links::close);
      default -> links.first().execute(words);
    };
  }

  private interface Work {
    void run() throws Exception;
  }

  private static String silent(Work work) throws Exception {
    work.run();
    return "";
  }

  private static int size(String[] words) {
    return Integer.parseInt(words[1]);
  }

  private static long number(String[] words, int index) {
    return Long.parseLong(words[index]);
  }

  private String open(String[] words) throws Exception {
    Carrier carrier =
        opener.open(
            Integer.parseInt(words[1]), words[2], Arrays.copyOfRange(words, 3, words.length));
    links.add(carrier);
    return "address=" + carrier.address();
  }

  private String woken(int size, long warm, long nanos) throws Exception {
    long before = links.doorbells();
    return new WokenRoundTrips(warm, nanos).run(links.first(), size) + links.rungSince(before);
  }
}
