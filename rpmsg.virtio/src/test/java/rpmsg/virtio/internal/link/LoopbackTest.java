// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.virtio.internal.link.Tables.refused;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import rpmsg.virtio.internal.link.LinkException.Kind;

@Timeout(60)
class LoopbackTest {

  private static final long LONG_WAIT = 30_000_000_000L;

  private String name;

  @BeforeEach
  void nameAfterTheTest(TestInfo test) {
    name = "loopback:" + test.getDisplayName();
  }

  private Link open(int index) throws LinkException {
    return Links.open(name, null, index, LinkOptions.DEFAULT);
  }

  @Test
  void bothEndsSeeOneMemoryAndRingAtEachOther() throws Exception {
    try (Link first = open(0);
        Link second = open(1)) {
      assertTrue(first.doorbell().connected() && second.doorbell().connected());
      Tables.memory(first).set(JAVA_BYTE, 0x10000, (byte) 42);
      assertEquals(42, Tables.memory(second).get(JAVA_BYTE, 0x10000));
      second.config().status(4);
      assertTrue(first.doorbell().await(LONG_WAIT), "the status rings");
      assertFalse(first.doorbell().poll(), "the ring is consumed");
      assertEquals(4, first.config().status());
      assertEquals(name + " index 0, doorbell local", first.description());
      assertEquals(new Pool(0x10000, 0x70000), second.pool());
    }
  }

  @Test
  void index1WaitsForIndex0() throws Exception {
    assertTrue(refused(Kind.NOT_READY, () -> open(1)).transientFault());
    try (Link first = open(0)) {
      assertFalse(first.doorbell().connected());
      assertFalse(first.doorbell().peerClosed());
      assertDoesNotThrow(first::check);
      open(1).close();
    }
  }

  @Test
  void indexInUseIsRefused() throws Exception {
    try (Link first = open(0);
        Link second = open(1)) {
      refused(Kind.IN_USE, () -> open(0));
      refused(Kind.IN_USE, () -> open(1));
      assertDoesNotThrow(first::check);
      assertDoesNotThrow(second::check);
    }
  }

  @Test
  void memoryLastsUntilBothEndsHaveClosed() throws Exception {
    Link first = open(0);
    Link second = open(1);
    MemorySegment memory = Tables.memory(second);
    first.close();
    first.close();
    assertThrows(IllegalStateException.class, first::memory);
    assertEquals(1, memory.get(JAVA_BYTE, 0));
    assertTrue(second.doorbell().await(LONG_WAIT), "the end that is left is woken");
    assertTrue(second.doorbell().peerClosed());
    refused(Kind.PEER_CLOSED, second::check);
    second.close();
    assertThrows(IllegalStateException.class, () -> memory.get(JAVA_BYTE, 0));
  }

  @Test
  void pollingEndSeesTheOtherGoToo() throws Exception {
    try (Link first = Links.open(name, "poll", 0, LinkOptions.DEFAULT)) {
      Links.open(name, "poll", 1, LinkOptions.DEFAULT).close();
      refused(Kind.PEER_CLOSED, first::check);
    }
  }

  @Test
  void nameIsFreeForTheNextSessionWhenOneEndHasClosed() throws Exception {
    Link oldFirst = open(0);
    Link oldSecond = open(1);
    oldFirst.close();
    try (Link first = open(0)) {
      Tables.memory(first).set(JAVA_BYTE, 0x10000, (byte) 42);
      assertEquals(
          0, Tables.memory(oldSecond).get(JAVA_BYTE, 0x10000), "each session has its memory");
      oldSecond.close();
      try (Link second = open(1)) {
        assertEquals(42, Tables.memory(second).get(JAVA_BYTE, 0x10000));
        assertDoesNotThrow(first::check);
      }
    }
  }

  @Test
  void ringWakeAndCloseEndAnAwait() throws Exception {
    Link first = open(0);
    try (Link second = open(1)) {
      Doorbell waiting = second.doorbell();
      assertTrue(whileWaiting(waiting, first.doorbell()::ring));
      assertTrue(whileWaiting(waiting, waiting::wake));
      assertTrue(whileWaiting(waiting, first::close));
      assertFalse(whileWaiting(waiting, waiting::close));
    }
  }

  @Test
  void awaitWithoutARingEndsInTime() throws Exception {
    try (Link first = open(0)) {
      assertFalse(first.doorbell().await(1_000_000));
      assertFalse(first.doorbell().await(0));
    }
  }

  private static boolean whileWaiting(Doorbell doorbell, Runnable action) throws Exception {
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> doorbell.await(LONG_WAIT));
    action.run();
    return waiting.get(10, TimeUnit.SECONDS);
  }
}
