// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import rpmsg.core.RpmsgException;

/**
 * Two processes on one machine, this one the host, the other the remote, over a file in memory with
 * the doorbell {@code poll}: round trips and one-way rates from the public API to the listener, and
 * beside them, in the same run, those of a bare ring. The two take turns, and each figure is the
 * median of its rounds, because what two cores cost each other changes by the second.
 *
 * <p>Optional arguments: seconds per figure (2), then bytes of payload (16 128 496).
 */
public final class TwoProcess implements AutoCloseable {
  private static final int[] SIZES = {16, 128, 496};
  private static final int WARM_UP_SIZE = 128;
  private static final int ROUNDS = 5;
  private static final long WARM_UP = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path folder;
  private final ChildProcess child = new ChildProcess();
  private final long nanos;
  private int files;

  private TwoProcess(double seconds) throws IOException {
    nanos = (long) (seconds * 1e9 / ROUNDS);
    Path memory = Path.of("/dev/shm");
    folder =
        Files.isDirectory(memory)
            ? Files.createTempDirectory(memory, "rpmsg-bench")
            : Files.createTempDirectory("rpmsg-bench");
  }

  public static void main(String[] args) throws Exception {
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 2;
    int[] sizes =
        args.length > 1 ? Stream.of(args).skip(1).mapToInt(Integer::parseInt).toArray() : SIZES;
    printMachine();
    try (TwoProcess bench = new TwoProcess(seconds)) {
      System.out.println("warming up");
      bench.warmUp();
      System.out.println(Figures.heading());
      for (int size : sizes) {
        bench.compare(size);
      }
    }
  }

  private static void printMachine() throws IOException {
    OperatingSystemMXBean os = ManagementFactory.getOperatingSystemMXBean();
    System.out.printf(
        Locale.ROOT,
        "machine  %s, %d processors, %s %s, load %.2f%n",
        processor(),
        os.getAvailableProcessors(),
        os.getName(),
        os.getVersion(),
        os.getSystemLoadAverage());
    System.out.printf(
        "jvm      %s %s, flags %s%n",
        System.getProperty("java.vm.name"),
        Runtime.version(),
        ManagementFactory.getRuntimeMXBean().getInputArguments());
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.exists(info)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 2))
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    }
  }

  private void warmUp() throws IOException, RpmsgException, InterruptedException {
    for (int i = 0; i < ROUNDS; i++) {
      measure(Carrier.Kind.BARE, WARM_UP_SIZE);
      measure(Carrier.Kind.STACK, WARM_UP_SIZE);
    }
  }

  private void compare(int size) throws IOException, RpmsgException, InterruptedException {
    List<Figures> bare = new ArrayList<>();
    List<Figures> stack = new ArrayList<>();
    List<Figures> ratio = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      bare.add(measure(Carrier.Kind.BARE, size));
      stack.add(measure(Carrier.Kind.STACK, size));
      ratio.add(stack.getLast().over(bare.getLast()));
    }
    System.out.println(Figures.median(bare).row(size, "bare ring"));
    System.out.println(Figures.median(stack).row(size, "rpmsg"));
    System.out.println(Figures.median(ratio).row(size, "times worse"));
  }

  private Figures measure(Carrier.Kind kind, int size)
      throws IOException, RpmsgException, InterruptedException {
    Path file = folder.resolve(kind + "-" + files++);
    try (Carrier carrier = kind.open(file, 0)) {
      child.ask("open " + kind + " " + file);
      RoundTrips trips = roundTrips(carrier, size);
      Figures figures =
          new Figures(
              trips.micros(0.5),
              trips.micros(0.99),
              toRemote(carrier, size),
              toHost(carrier, size));
      child.ask("close");
      return figures;
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private RoundTrips roundTrips(Carrier carrier, int size)
      throws RpmsgException, InterruptedException {
    child.ask("echo");
    RoundTrips trips = new RoundTrips(size, WARM_UP, nanos).run(carrier);
    child.ask("end");
    return trips;
  }

  private double toRemote(Carrier carrier, int size) throws RpmsgException, InterruptedException {
    child.ask("count " + WARM_UP);
    long sent = Flood.run(carrier, size, WARM_UP + nanos);
    String[] counted = child.ask("counted").split(" ");
    checkNoneLost(sent, Long.parseLong(counted[0]));
    return Double.parseDouble(counted[1]);
  }

  private double toHost(Carrier carrier, int size) throws RpmsgException, InterruptedException {
    Meter meter = new Meter(WARM_UP);
    try (Carrier.Pipe pipe = carrier.open(meter)) {
      child.tell("flood " + size + " " + (WARM_UP + nanos));
      meter.await(WARM_UP + nanos + LAST_NANOS);
      checkNoneLost(Long.parseLong(child.answer()), meter.count());
    }
    return meter.millionPerSecond();
  }

  private static void checkNoneLost(long sent, long received) {
    if (sent != received) {
      throw new IllegalStateException(sent + " messages sent, " + received + " received");
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    child.close();
    Files.deleteIfExists(folder);
  }
}
