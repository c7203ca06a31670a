// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.syscall.Futex;

@Timeout(60)
class FutexDoorbellTest {
  private static final long LONG = TimeUnit.SECONDS.toNanos(30);
  private static final int ROUNDS = 20_000;
  private static final long OWN_OF_INDEX_1 = 0x3f80;
  private static final int ASLEEP = 4;
  private static final int FENCES = 8;

  @TempDir Path folder;
  private TableLink first;
  private TableLink second;

  private void open() throws LinkException {
    String link = "shm:" + folder.resolve("memory");
    first = (TableLink) Links.open(link, "futex", 0, LinkOptions.DEFAULT);
    second = (TableLink) Links.open(link, "futex", 1, LinkOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    if (first != null) {
      first.close();
    }
    if (second != null) {
      second.close();
    }
  }

  @Test
  void aRingIsSeenByTheOtherSideOnceAndNotByTheOwn() throws Exception {
    open();
    first.doorbell().ring();
    first.doorbell().ring();
    assertFalse(first.doorbell().poll());
    assertTrue(second.doorbell().poll());
    assertFalse(second.doorbell().poll());
  }

  @Test
  void aRingBeforeTheSleepEndsItAtOnce() throws Exception {
    open();
    second.doorbell().ring();
    assertTrue(first.doorbell().await(LONG));
    assertFalse(first.doorbell().await(0));
  }

  @Test
  void aSleepEndsAtItsBound() throws Exception {
    open();
    assertFalse(first.doorbell().await(TimeUnit.MILLISECONDS.toNanos(5)));
  }

  @Test
  void noRingIsLostBetweenTwoSidesThatSleepInTurns() throws Exception {
    open();
    CompletableFuture<Void> answers =
        CompletableFuture.runAsync(() -> {
          for (int i = 0; i < ROUNDS; i++) {
            awaitRing(second, i);
            second.doorbell().ring();
          }
        });
    for (int i = 0; i < ROUNDS; i++) {
      first.doorbell().ring();
      awaitRing(first, i);
    }
    answers.get(30, TimeUnit.SECONDS);
  }

  /** A sleep may end for no reason, but not again and again until it is as long as this. */
  private static void awaitRing(TableLink link, int round) {
    long start = System.nanoTime();
    while (!link.doorbell().await(LONG)) {
      assertTrue(System.nanoTime() - start < LONG, "round " + round);
    }
  }

  @Test
  void wakeEndsTheOwnSleep() throws Exception {
    open();
    CompletableFuture<Boolean> asleep =
        CompletableFuture.supplyAsync(() -> first.doorbell().await(LONG));
    awaitAsleep(first, OWN_OF_INDEX_1 - 0x80);
    first.doorbell().wake();
    assertTrue(asleep.get(20, TimeUnit.SECONDS));
    assertFalse(second.doorbell().poll());
  }

  @Test
  void closeEndsTheOwnSleepAndLaterRingsAndWakesDoNothing() throws Exception {
    open();
    CompletableFuture<Boolean> asleep =
        CompletableFuture.supplyAsync(() -> first.doorbell().await(LONG));
    awaitAsleep(first, OWN_OF_INDEX_1 - 0x80);
    Doorbell doorbell = first.doorbell();
    doorbell.close();
    assertFalse(asleep.get(20, TimeUnit.SECONDS));
    first.close();
    doorbell.ring();
    doorbell.wake();
    doorbell.close();
    assertFalse(doorbell.connected());
    assertFalse(second.doorbell().poll());
  }

  private static void awaitAsleep(TableLink link, long word) {
    var memory = link.memory().at(0, 0x4000);
    while (memory.get(JAVA_INT, word + ASLEEP) == 0) {
      Thread.yield();
    }
  }

  @Test
  void aSleepIsEndedOnceHoweverOftenItIsRungBeforeTheSleeperRuns() throws Exception {
    open();
    var memory = second.memory().at(0, 0x4000);
    Futex word = new Futex(memory, OWN_OF_INDEX_1);
    memory.set(JAVA_INT, OWN_OF_INDEX_1 + ASLEEP, 7);
    assertTrue(ringEnds(word, LONG) < LONG);
    long bound = TimeUnit.MILLISECONDS.toNanos(300);
    assertTrue(ringEnds(word, bound) >= bound);
    memory.set(JAVA_INT, OWN_OF_INDEX_1 + ASLEEP, 8);
    assertTrue(ringEnds(word, LONG) < LONG);
  }

  /** How long a thread sleeps on the word of index 1 if the other side rings meanwhile. */
  private long ringEnds(Futex word, long bound) throws Exception {
    var memory = second.memory().at(0, 0x4000);
    int value = memory.get(JAVA_INT, OWN_OF_INDEX_1);
    long start = System.nanoTime();
    Thread sleeper = Thread.ofPlatform().name("sleeper").start(() -> word.await(value, bound));
    while (!sleeps("sleeper")) {
      Thread.yield();
    }
    first.doorbell().ring();
    sleeper.join();
    return System.nanoTime() - start;
  }

  private static boolean sleeps(String thread) throws IOException {
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path task : tasks) {
        if (Files.readString(task.resolve("stat")).contains("(" + thread + ") S")) {
          return true;
        }
      }
    } catch (NoSuchFileException ended) {
      return false;
    }
    return false;
  }

  @Test
  void theOtherSideIsReliedOnForFencesOnlyWhileItSaysSo() throws Exception {
    open();
    assertTrue(first.doorbell().peerFences());
    assertTrue(second.doorbell().fenceForPeer());
    second.memory().at(0, 0x4000).set(JAVA_INT, OWN_OF_INDEX_1 + FENCES, 0);
    assertFalse(first.doorbell().peerFences());
    assertTrue(second.doorbell().peerFences());
  }

  @Test
  void nobodyIsWokenWhoDoesNotSleep() throws Exception {
    open();
    var memory = second.memory().at(0, 0x4000);
    assertEquals(0, memory.get(JAVA_INT, OWN_OF_INDEX_1 + ASLEEP));
    short before = memory.get(JAVA_SHORT, OWN_OF_INDEX_1);
    first.doorbell().ring();
    assertEquals((short) (before + 1), memory.get(JAVA_SHORT, OWN_OF_INDEX_1));
  }

  @Test
  void whatAPeerWritesIntoTheWordsEndsAWaitAndNothingElse() throws Exception {
    open();
    var memory = second.memory().at(0, 0x4000);
    memory.asSlice(0x3f00, 0x100).fill((byte) 0xA5);
    assertTrue(first.doorbell().await(LONG));
    assertFalse(first.doorbell().await(1_000_000));
    first.doorbell().ring();
    second.doorbell().ring();
    assertTrue(first.doorbell().await(LONG));
  }

  @Test
  void aTableThatPlacesARingOnTheWordsIsRefused() throws Exception {
    Path file = folder.resolve("foreign");
    LinkOptions options = LinkOptions.DEFAULT;
    Links.open("shm:" + file, "poll", 0, options).close();
    byte[] bytes = Files.readAllBytes(file);
    bytes[0x31] = 0x3f;
    bytes[0x32] = 0;
    bytes[0x35] = 0x01;
    bytes[0x34] = 0;
    Files.write(file, bytes);
    LinkException refused =
        assertThrows(LinkException.class, () -> Links.open("shm:" + file, "futex", 1, options));
    assertEquals(LinkException.Kind.INVALID, refused.kind(), refused.getMessage());
  }

  @Test
  void ringsAndSleepsAllocateNothing() throws Exception {
    open();
    rounds();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadAllocatedBytes();
    rounds();
    long bytes = threads.getCurrentThreadAllocatedBytes() - start;
    assertTrue(bytes < ROUNDS, bytes + " bytes for " + ROUNDS + " rounds");
  }

  private void rounds() throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      first.doorbell().ring();
      second.doorbell().await(0);
      second.doorbell().await(1);
    }
  }
}
