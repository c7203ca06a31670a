// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import rpmsg.core.RpmsgException;

/**
 * Two processes on one machine, this one the host, the other the remote, over a file in memory with
 * the doorbell {@code poll}: round trips and one-way rates from the public API to the listener, and
 * beside them, in the same run, those of a bare ring.
 *
 * <p>One optional argument: seconds per figure, default 2.
 */
public final class TwoProcess implements AutoCloseable {
  private static final int[] SIZES = {16, 128, 496};
  private static final long WARM_UP = TimeUnit.MILLISECONDS.toNanos(1000);
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Path folder;
  private final ChildProcess child = new ChildProcess();
  private final long nanos;
  private int files;

  private TwoProcess(double seconds) throws IOException {
    nanos = (long) (seconds * 1e9);
    Path memory = Path.of("/dev/shm");
    folder =
        Files.isDirectory(memory)
            ? Files.createTempDirectory(memory, "rpmsg-bench")
            : Files.createTempDirectory("rpmsg-bench");
  }

  public static void main(String[] args) throws Exception {
    double seconds = args.length > 0 ? Double.parseDouble(args[0]) : 2;
    printMachine();
    try (TwoProcess bench = new TwoProcess(seconds)) {
      System.out.println("warming up");
      bench.measure(Carrier.Kind.BARE, 128);
      bench.measure(Carrier.Kind.STACK, 128);
      System.out.println(Figures.heading());
      for (int size : SIZES) {
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

  private void compare(int size) throws IOException, RpmsgException, InterruptedException {
    Figures bare = measure(Carrier.Kind.BARE, size);
    System.out.println(bare.row(size, "bare ring"));
    Figures stack = measure(Carrier.Kind.STACK, size);
    System.out.println(stack.row(size, "rpmsg"));
    System.out.println(stack.over(bare).row(size, "times worse"));
  }

  private Figures measure(Carrier.Kind kind, int size)
      throws IOException, RpmsgException, InterruptedException {
    Path file = folder.resolve(kind + "-" + files++);
    try (Carrier carrier = kind.open(file, 0)) {
      child.ask("open " + kind + " " + file);
      RoundTrips trips = roundTrips(carrier, size);
      Figures figures =
          new Figures(
              trips.micros(0.5), trips.micros(0.99), toRemote(carrier, size), toHost(carrier, size));
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
