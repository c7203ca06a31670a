// SPDX-License-Identifier: Apache-2.0
package rpmsg.tty.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.testing.Remote;

/** Slow programs, slow links, and terminals that nobody opens. */
class BackPressureTest extends TtyRig {
  private static final int FLOOD = 4_000_000;

  private CompletableFuture<Void> flood(RpmsgChannel channel, byte[] bytes) {
    return CompletableFuture.runAsync(() -> {
      for (int i = 0; i < bytes.length; i += Remote.MTU) {
        remote.send(channel, Arrays.copyOfRange(bytes, i, Math.min(bytes.length, i + Remote.MTU)));
      }
    });
  }

  @Test
  void whileAProgramDoesNotReadThePeerIsHeldUpAndNotOneByteIsLost() throws Exception {
    RpmsgChannel channel = announce(1);
    byte[] bytes = random(FLOOD);
    try (FileChannel program = program(0)) {
      CompletableFuture<Void> flood = flood(channel, bytes);
      Remote.await("the link parks", () -> remote.parks.get() > 0);
      Remote.await("back-pressure", () -> remote.full() && remote.backPressure.get() > 0);
      assertArrayEquals(bytes, read(program, FLOOD));
      flood.get(20, TimeUnit.SECONDS);
    }
    assertEquals(0, log.lines("WARN").size(), "nothing was dropped");
  }

  @Test
  void aProgramThatReadsSlowlyLosesNothingEither() throws Exception {
    RpmsgChannel channel = announce(1);
    byte[] bytes = random(FLOOD / 4);
    try (FileChannel program = program(0)) {
      CompletableFuture<Void> flood = flood(channel, bytes);
      for (int i = 0; i < bytes.length; i += 1000) {
        assertArrayEquals(Arrays.copyOfRange(bytes, i, i + 1000), read(program, 1000));
      }
      flood.get(20, TimeUnit.SECONDS);
    }
  }

  /** The kernel does not tell then that there is room. */
  @Test
  void aProgramThatReadsALittleAndStopsMakesRoomSoon() throws Exception {
    RpmsgChannel channel = announce(1);
    byte[] bytes = random(FLOOD / 20);
    try (FileChannel program = program(0)) {
      CompletableFuture<Void> flood = flood(channel, bytes);
      long stuck = deliveredUntilNothingMoves();
      assertTrue(remote.full());
      for (int i = 0; i < 3000; i += 1000) {
        assertArrayEquals(Arrays.copyOfRange(bytes, i, i + 1000), read(program, 1000));
      }
      long start = System.nanoTime();
      Remote.await("more is taken", () -> remote.delivered() > stuck);
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5), "only by and by");
      assertArrayEquals(
          Arrays.copyOfRange(bytes, 3000, bytes.length), read(program, bytes.length - 3000));
      flood.get(20, TimeUnit.SECONDS);
    }
  }

  private long deliveredUntilNothingMoves() {
    AtomicLong last = new AtomicLong(-1);
    AtomicLong since = new AtomicLong();
    Remote.await(
        "nothing moves",
        () -> {
          long now = System.nanoTime();
          long delivered = remote.delivered();
          if (last.getAndSet(delivered) != delivered) {
            since.set(now);
          }
          return delivered > 0 && now - since.get() > TimeUnit.MILLISECONDS.toNanos(500);
        });
    return last.get();
  }

  @Test
  void aTerminalThatNobodyOpensHoldsUpNobodyAndTheFirstBytesAreThereForWhoComes() throws Exception {
    RpmsgChannel channel = announce(1);
    byte[] bytes = random(FLOOD / 4);
    flood(channel, bytes).get(20, TimeUnit.SECONDS);
    Remote.await("all were taken", remote::idle);
    int kept = TtyDriver.SMALLEST_BACKLOG / Remote.MTU * Remote.MTU;
    assertEquals(1, log.lines("WARN").size(), "said once");
    try (FileChannel program = program(0)) {
      byte[] first = read(program, kept);
      assertArrayEquals(Arrays.copyOf(bytes, kept), first);
      Remote.await("it is said how many were dropped", () -> log.lines("WARN").size() == 2);
      String said = log.lines("WARN").getLast();
      assertTrue(said.contains(": " + (bytes.length - kept) + " bytes were dropped"), said);
      remote.send(channel, random(300));
      byte[] last = read(program, 300);
      assertArrayEquals(random(300), last);
    }
  }

  @Test
  void aProgramThatClosesWhileTheLinkIsParkedLetsItGoOn() throws Exception {
    RpmsgChannel channel = announce(1);
    FileChannel program = program(0);
    CompletableFuture<Void> flood = flood(channel, random(FLOOD / 4));
    Remote.await("the link parks", () -> remote.parks.get() > 0);
    program.close();
    flood.get(20, TimeUnit.SECONDS);
    Remote.await("all were taken", remote::idle);
  }

  @Test
  void aChannelThatGoesWhileTheLinkIsParkedLetsItGoOn() throws Exception {
    RpmsgChannel channel = announce(1);
    FileChannel program = program(0);
    CompletableFuture<Void> flood = flood(channel, random(FLOOD / 4));
    Remote.await("the link parks", () -> remote.parks.get() > 0);
    remote.withdraw(channel);
    flood.get(20, TimeUnit.SECONDS);
    Remote.await("all were taken", remote::idle);
    program.close();
  }

  @Test
  void whileThereIsNoTransmitBufferWhoWritesWaitsAndNothingIsLost() throws Exception {
    announce(1);
    byte[] bytes = random(1_000_000);
    remote.noBuffers();
    try (FileChannel program = program(0)) {
      Thread writer = Thread.ofPlatform().start(() -> assertWrites(program, bytes));
      Remote.await("a buffer is waited for", remote::isAwaited);
      assertTrue(remote.got.isEmpty());
      assertTrue(writer.isAlive(), "a million bytes fit nowhere");
      for (int i = 0; i < 10; i++) {
        remote.buffers(1);
        assertArrayEquals(
            Arrays.copyOfRange(bytes, i * Remote.MTU, (i + 1) * Remote.MTU), whole(remote.next()));
      }
      remote.buffers(1_000_000);
      byte[] rest = sent(bytes.length - 10 * Remote.MTU);
      assertArrayEquals(Arrays.copyOfRange(bytes, 10 * Remote.MTU, bytes.length), rest);
      assertTrue(writer.join(Remote.BOUND));
    }
  }

  private static byte[] whole(byte[] message) {
    assertEquals(Remote.MTU, message.length);
    return message;
  }

  private static void assertWrites(FileChannel program, byte[] bytes) {
    try {
      write(program, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void twoTerminalsDoNotDisturbOneAnother() throws Exception {
    RpmsgChannel stuck = announce(1);
    RpmsgChannel other = announce(2);
    try (FileChannel idle = program(0);
        FileChannel program = program(1)) {
      for (int i = 0; i < 100; i++) {
        remote.send(stuck, random(Remote.MTU));
      }
      for (int i = 0; i < 1000; i++) {
        remote.send(other, random(100));
        assertArrayEquals(random(100), read(program, 100));
        write(program, random(50));
        assertArrayEquals(random(50), sent(50));
      }
      assertArrayEquals(random(Remote.MTU), read(idle, Remote.MTU));
    }
  }
}
