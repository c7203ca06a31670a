// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.testing.Remote;
import rpmsg.syscall.Fd;

/** Terminals from probe to remove (LX177 to LX179). */
class TtyDriverTest extends TtyRig {

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    return output;
  }

  @Test
  void lx177_terminalsAreNumberedFrom0AndTheLowestFreeNumberComesNext() throws Exception {
    RpmsgChannel first = announce(1);
    announce(2);
    announce(3);
    assertEquals("rpmsg_tty", first.driver());
    for (int i = 0; i < 3; i++) {
      assertTrue(Files.readSymbolicLink(link(i)).startsWith("/dev/pts"));
    }
    remote.withdraw(first);
    assertFalse(Files.exists(link(0)));
    announce(4);
    assertTrue(Files.exists(link(0)));
    assertFalse(Files.exists(link(3)));
  }

  @Test
  void lx177_theThirtyThirdIsRefusedWithEnospcAndTheOthersWork() throws Exception {
    for (int i = 0; i < 32; i++) {
      announce(i);
    }
    RpmsgChannel one = announce(32);
    assertNull(one.driver());
    assertEquals(Errno.ENOSPC, one.failure().errno());
    try (FileChannel program = program(31)) {
      write(program, bytes("last"));
      assertEquals("last", new String(remote.next(), StandardCharsets.US_ASCII));
    }
  }

  @Test
  void lx177_itIsRawAsSttySays() throws Exception {
    announce(1);
    List<String> words = List.of(run("stty", "-a", "-F", link(0).toString()).split("[ ;\n]+"));
    assertTrue(words.containsAll(List.of("-echo", "-icanon", "-opost", "-isig")), words.toString());
  }

  @Test
  void lx178_aLongWriteGoesOutWholeInMessagesOfAtMostTheMtu() throws Exception {
    announce(1);
    byte[] line = random(1000);
    try (FileChannel program = program(0)) {
      remote.noBuffers();
      write(program, bytes("x"));
      Remote.await("nothing more is read", remote::isAwaited);
      write(program, line);
      remote.buffers(100);
      assertEquals("x", new String(remote.next(), StandardCharsets.US_ASCII));
      List<Integer> lengths = new ArrayList<>();
      ByteBuffer all = ByteBuffer.allocate(1000);
      while (all.hasRemaining()) {
        byte[] message = remote.next();
        lengths.add(message.length);
        all.put(message);
      }
      assertEquals(List.of(496, 496, 8), lengths);
      assertArrayEquals(line, all.array());
    }
  }

  @Test
  void lx179_anEmptyMessageIsIgnored() throws Exception {
    RpmsgChannel channel = announce(1);
    try (FileChannel program = program(0)) {
      remote.send(channel, new byte[0]);
      remote.send(channel, bytes("after"));
      assertEquals("after", new String(read(program, 5), StandardCharsets.US_ASCII));
    }
    assertEquals(List.of(), remote.log.lines("WARN"));
  }

  @Test
  void whatAProgramWritesIsSentAndWhatIsSentComesAsItIs() throws Exception {
    RpmsgChannel channel = announce(1);
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    try (FileChannel program = program(0)) {
      write(program, all);
      assertArrayEquals(all, sent(all.length));
      remote.send(channel, all);
      assertArrayEquals(all, read(program, all.length));
    }
    assertTrue(remote.got.isEmpty(), "an echo");
  }

  @Test
  void catReadsWhatThePeerSays() throws Exception {
    RpmsgChannel channel = announce(1);
    Process cat = new ProcessBuilder("cat", link(0).toString()).start();
    remote.send(channel, bytes("one\n"));
    remote.send(channel, bytes("two\n"));
    byte[] got = cat.getInputStream().readNBytes(8);
    assertEquals("one\ntwo\n", new String(got, StandardCharsets.US_ASCII));
    remote.withdraw(channel);
    assertTrue(cat.waitFor(20, TimeUnit.SECONDS), "a hangup ends it");
  }

  /** The same driver; while it probes, the peer talks already. */
  private final class Slow implements RpmsgDriver {
    @Override
    public RpmsgListener listener(RpmsgChannel channel) {
      return driver.listener(channel);
    }

    @Override
    public void probe(RpmsgChannel channel) throws RpmsgException {
      for (int i = 0; i < Remote.RING; i++) {
        remote.send(channel, new byte[] {(byte) i});
      }
      Remote.await("all were taken", remote::idle);
      driver.probe(channel);
    }

    @Override
    public void remove(RpmsgChannel channel) {
      driver.remove(channel);
    }
  }

  @Test
  void messagesThatComeBeforeTheTerminalIsThereWaitForIt() throws Exception {
    try (Remote early = new Remote()) {
      remote.close();
      remote = early;
      add(early, new Slow());
      announce(early, 1);
      try (FileChannel program = program(0)) {
        byte[] got = read(program, Remote.RING);
        for (int i = 0; i < Remote.RING; i++) {
          assertEquals(i, got[i]);
        }
      }
    }
  }

  @Test
  void aProgramThatClosesItCanOpenItAgainAndNothingSpinsMeanwhile() throws Exception {
    RpmsgChannel channel = announce(1);
    for (int round = 0; round < 20; round++) {
      try (FileChannel program = program(0)) {
        write(program, bytes("round " + round));
      }
      assertEquals("round " + round, new String(remote.next(), StandardCharsets.US_ASCII));
      remote.send(channel, bytes("r"));
      try (FileChannel program = program(0)) {
        assertEquals("r", new String(read(program, 1), StandardCharsets.US_ASCII));
      }
    }
    long start = System.nanoTime();
    long before = cpuNanos();
    Remote.await("half a second", () -> System.nanoTime() - start > 500_000_000);
    assertTrue(cpuNanos() - before < 50_000_000, "it spins");
  }

  private static long cpuNanos() {
    Thread pump =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().equals("rpmsg-tty"))
            .findFirst()
            .orElseThrow();
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(pump.threadId());
  }

  @Test
  void whenTheChannelGoesProgramsAreHungUp() throws Exception {
    RpmsgChannel channel = announce(1);
    try (FileChannel program = program(0)) {
      write(program, bytes("x"));
      remote.next();
      remote.withdraw(channel);
      assertFalse(Files.exists(link(0), LinkOption.NOFOLLOW_LINKS));
      assertEquals("end", readOrEio(program));
      assertThrows(IOException.class, () -> program.write(ByteBuffer.allocate(1)));
    }
    Remote.await("the thread ends", () -> !threadThere());
  }

  /** EIO while the hangup is under way. */
  private static String readOrEio(FileChannel program) {
    try {
      return program.read(ByteBuffer.allocate(1)) < 0 ? "end" : "something";
    } catch (IOException hungUp) {
      return hungUp.getMessage().equals("Input/output error") ? "end" : hungUp.getMessage();
    }
  }

  @Test
  void aHundredProbesAndRemovesLeakNothing() throws Exception {
    int before = Fd.open();
    long descriptors = openDescriptors();
    for (int i = 0; i < 100; i++) {
      RpmsgChannel channel = announce(i);
      try (FileChannel program = program(0)) {
        write(program, bytes("x"));
        remote.next();
      }
      remote.withdraw(channel);
    }
    Remote.await("the thread ends", () -> !threadThere());
    Remote.await("all are closed", () -> Fd.open() == before);
    assertEquals(descriptors, openDescriptors());
  }

  private static long openDescriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(TtyDriverTest::isOurs).count();
    }
  }

  private static boolean isOurs(Path fd) {
    try {
      String target = Files.readSymbolicLink(fd).toString();
      return target.contains("ptmx") || target.contains("pts") || target.contains("eventfd");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
