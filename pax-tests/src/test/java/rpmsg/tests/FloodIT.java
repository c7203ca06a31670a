// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Hashtable;
import java.util.Map;
import java.util.zip.CRC32C;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.ConfigurationAdmin;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/**
 * As many messages as go, there and back between two processes at once: seconds in each build, ten
 * minutes in a long run.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class FloodIT {
  private static final Duration SHORT = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final long SLACK_KB = 24 << 10;
  private static final long HEAP_SLACK = 2 << 20;

  @Inject private BundleContext context;

  private Path folder;
  private org.osgi.service.cm.Configuration configuration;
  private RunProcess peer;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options(), Container.handDown("rpmsg.jvm.options")};
  }

  @Before
  public void makeFolder() throws IOException {
    folder = Files.createTempDirectory(Path.of("/dev/shm"), "rpmsg-flood");
  }

  @After
  public void down() throws IOException {
    if (configuration != null) {
      configuration.delete();
    }
    if (peer != null) {
      peer.close();
    }
    Rig.await(() -> "left " + Rig.threads(), () -> Rig.threads().isEmpty());
    Files.deleteIfExists(folder.resolve("memory"));
    Files.delete(folder);
  }

  @Test
  public void aFloodOverPollLosesRepeatsAndReordersNothing() throws Exception {
    flood("poll", SHORT);
  }

  @Test
  public void aFloodOverASocketLosesRepeatsAndReordersNothing() throws Exception {
    flood("unix:" + folder.resolve("bell"), SHORT);
  }

  @Test
  public void aFloodOverAFutexLosesRepeatsAndReordersNothingInFlatMemory() throws Exception {
    flood("futex", Container.soak() ? LONG : SHORT);
  }

  private void flood(String doorbell, Duration time) throws Exception {
    RpmsgChannel channel = connect(doorbell, time.plusMinutes(2));
    Check check = new Check();
    long until = System.nanoTime() + time.toNanos();
    long quarter = System.nanoTime() + time.toNanos() / 4;
    long sent = 0;
    long[] early = null;
    try (RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, check)) {
      while (System.nanoTime() - until < 0) {
        endpoint.send(check.message(sent++), Duration.ofSeconds(20));
        if (early == null && System.nanoTime() - quarter > 0) {
          early = memory();
        }
      }
      long all = sent;
      Rig.await(() -> check.received + " of " + all + check.wrong, () -> check.received == all);
    }
    assertEquals("", check.wrong);
    System.out.printf("FloodIT: %s, %d messages there and back in %s%n", doorbell, sent, time);
    if (time.equals(LONG)) {
      long[] late = memory();
      assertTrue("heap " + early[0] + " to " + late[0], late[0] - early[0] < HEAP_SLACK);
      assertTrue("peer " + early[1] + " to " + late[1] + " kB", late[1] - early[1] < SLACK_KB);
    }
  }

  /** Heap that is reachable here in bytes, resident memory of the other process in KiB. */
  private long[] memory() throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return new long[] {runtime.totalMemory() - runtime.freeMemory(), peer.residentKilobytes()};
  }

  private RpmsgChannel connect(String doorbell, Duration life) throws Exception {
    Path memory = folder.resolve("memory");
    peer =
        new RunProcess(
            "--role=remote",
            "--index=1",
            "--link=shm:" + memory,
            "--doorbell=" + doorbell,
            "--echo=flood",
            "--timeout=" + life.toSeconds(),
            "--linger=" + life.toSeconds());
    configuration =
        context
            .getService(context.getServiceReference(ConfigurationAdmin.class))
            .createFactoryConfiguration("rpmsg.virtio", "?");
    configuration.update(
        new Hashtable<>(
            Map.of(
                "name",
                "flood",
                "role",
                "host",
                "link",
                "shm:" + memory,
                "doorbell",
                doorbell,
                "index",
                0)));
    Rig.await(() -> "no channel: " + peer.output(), () -> find() != null);
    return find();
  }

  private RpmsgChannel find() {
    try {
      return context.getServiceReferences(RpmsgChannel.class, "(rpmsg.name=flood)").stream()
          .map(context::getService)
          .findFirst()
          .orElse(null);
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /**
   * Messages of 16 to 496 bytes: a number, a checksum over all else, and bytes that follow from the
   * number. What comes back has to be the next one, whole.
   */
  private static final class Check implements RpmsgListener {
    private static final int SMALLEST = 16;
    private static final int SIZES = 481;
    private static final int CHECKSUM = 8;
    private static final int SHIFTS = 13;

    private final MemorySegment[] out = new MemorySegment[SIZES];
    private final byte[] in = new byte[SMALLEST + SIZES];
    private final MemorySegment inSegment = MemorySegment.ofArray(in);
    private final byte[] filler = new byte[SMALLEST + SIZES + SHIFTS];
    private final CRC32C sending = new CRC32C();
    private final CRC32C receiving = new CRC32C();
    private volatile long received;
    private volatile String wrong = "";

    Check() {
      MemorySegment buffer = Arena.ofAuto().allocate(SMALLEST + SIZES, 8);
      for (int i = 0; i < SIZES; i++) {
        out[i] = buffer.asSlice(0, SMALLEST + i);
      }
      for (int i = 0; i < filler.length; i++) {
        filler[i] = (byte) (37 * i);
      }
    }

    MemorySegment message(long number) {
      MemorySegment message = out[(int) (number % SIZES)];
      int length = (int) message.byteSize();
      int shift = (int) (number % SHIFTS);
      MemorySegment.copy(filler, shift, message, JAVA_BYTE, 12, length - 12);
      message.set(JAVA_LONG_UNALIGNED, 0, number);
      message.set(JAVA_INT_UNALIGNED, CHECKSUM, 0);
      sending.reset();
      sending.update(message.asByteBuffer());
      message.set(JAVA_INT_UNALIGNED, CHECKSUM, (int) sending.getValue());
      return message;
    }

    @Override
    public void onMessage(RpmsgMessage message) {
      int length = message.length();
      message.copyTo(inSegment, 0);
      long number = inSegment.get(JAVA_LONG_UNALIGNED, 0);
      int checksum = inSegment.get(JAVA_INT_UNALIGNED, CHECKSUM);
      inSegment.set(JAVA_INT_UNALIGNED, CHECKSUM, 0);
      receiving.reset();
      receiving.update(in, 0, length);
      if (number != received
          || length != SMALLEST + number % SIZES
          || checksum != (int) receiving.getValue()) {
        wrong =
            " message %d of %d bytes with checksum %x came as number %d"
                .formatted(number, length, checksum, received);
      }
      received++;
    }
  }
}
