// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.EndpointChannel.Readiness.ERROR;
import static rpmsg.chardev.EndpointChannel.Readiness.READABLE;
import static rpmsg.chardev.EndpointChannel.Readiness.WRITABLE;
import static rpmsg.chardev.internal.Bounded.assertErrno;
import static rpmsg.chardev.internal.soft.TestContainer.ANY;
import static rpmsg.chardev.internal.soft.TestContainer.bytes;
import static rpmsg.chardev.internal.soft.TestContainer.read;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.EndpointDevice.Counters;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;

/** Devices that a control device made: opened, read, written, destroyed. */
@Timeout(60)
class EndpointDeviceTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final int SRC = 0x500;

  private final TestContainer container = new TestContainer();
  private TestLink link;
  private EndpointDevice device;

  @BeforeEach
  void up() throws RpmsgException {
    link = container.link("virtio0");
    device = container.endpoint(SRC, 9);
  }

  @AfterEach
  void down() {
    container.close();
  }

  @Test
  void lx148_aSecondOpenerIsRefusedUntilTheFirstCloses() throws Exception {
    EndpointChannel first = device.open();
    assertErrno(Errno.EBUSY, device::open);
    first.close();
    EndpointChannel second = device.open();
    first.close();
    assertErrno(Errno.EBUSY, device::open);
    assertTrue(second.isOpen());
  }

  @Test
  void lx149_aTakenOrImpossibleAddressIsEinvalAndTheDeviceCanBeOpenedLater() throws Exception {
    try (var other = link.space.createEndpoint(SRC, message -> {})) {
      assertErrno(Errno.EINVAL, device::open);
      assertTrue(other.isOpen());
    }
    device.open().close();
    assertErrno(Errno.EINVAL, container.endpoint(0x80000000, 9)::open);
    assertErrno(Errno.EINVAL, container.endpoint(0xFFFFFFFE, 9)::open);
  }

  @Test
  void lx150_afterItsLinkWentItDoesNotOpen() {
    link.close();
    assertErrno(Errno.ENETRESET, device::open);
  }

  @Test
  void lx151_eachReadGivesOneMessage() throws Exception {
    try (EndpointChannel channel = device.open()) {
      link.receive(SRC, "one");
      link.receive(SRC, "two");
      assertEquals("one", read(channel));
      assertEquals("two", read(channel));
      assertEquals(new Counters(2, 0, 0, 0), device.counters());
    }
  }

  @Test
  void lx152_whatDoesNotFitIsLost() throws Exception {
    try (EndpointChannel channel = device.open()) {
      link.receive(SRC, "long");
      link.receive(SRC, "next");
      ByteBuffer target = ByteBuffer.allocate(2);
      assertEquals(2, channel.read(target));
      assertEquals(bytes("lo"), target.flip());
      assertEquals("next", read(channel));
    }
  }

  @Test
  void lx153_anEmptyMessageReadsAsNothing() throws Exception {
    try (EndpointChannel channel = device.open()) {
      link.receive(SRC, "");
      link.receive(SRC, "next");
      assertEquals(0, channel.read(ByteBuffer.allocate(8)));
      assertEquals("next", read(channel));
    }
  }

  @Test
  void lx154_withoutAMessageItIsEagain() throws Exception {
    try (EndpointChannel channel = device.open()) {
      assertErrno(Errno.EAGAIN, () -> read(channel));
    }
  }

  @Test
  void aReaderThatWaitsGetsWhatComes() throws Exception {
    try (EndpointChannel channel = device.open()) {
      CompletableFuture<Integer> reader = Bounded.start(() -> channel.read(ByteBuffer.allocate(8)));
      link.receive(SRC, "hello");
      assertEquals(5, Bounded.get(reader));
    }
  }

  @Test
  void lx155_destroyingWakesReadersAndWriters() throws Exception {
    try (EndpointChannel channel = device.open()) {
      link.buffers.drainPermits();
      List<CompletableFuture<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        waiting.add(Bounded.start(() -> channel.read(ByteBuffer.allocate(8))));
        waiting.add(Bounded.start(() -> channel.write(bytes("x"), Duration.ofSeconds(50))));
      }
      Bounded.until("all wait", () -> link.asked.get() > 0);
      device.destroy();
      for (CompletableFuture<Integer> one : waiting) {
        assertErrno(Errno.EPIPE, one);
      }
      assertFalse(link.space.bound(SRC), "the address is free");
    }
  }

  @Test
  void lx155_readersAreWokenWhenTheLinkGoes() throws Exception {
    try (EndpointChannel channel = device.open()) {
      CompletableFuture<Integer> reader = Bounded.start(() -> channel.read(ByteBuffer.allocate(8)));
      link.close();
      assertErrno(Errno.EPIPE, reader);
    }
  }

  @Test
  void lx156_afterThatWhatWaitedToBeReadIsNotReadAnyMore() throws Exception {
    EndpointChannel channel = device.open();
    link.receive(SRC, "never read");
    device.destroy();
    assertErrno(Errno.EPIPE, () -> read(channel));
    channel.close();
    assertEquals(new Counters(1, 0, 0, 1), device.counters());
  }

  @Test
  void lx157_withoutABufferAWriteThatDoesNotWaitIsEagain() throws Exception {
    try (EndpointChannel channel = device.open()) {
      link.buffers.drainPermits();
      assertErrno(Errno.EAGAIN, () -> channel.write(bytes("x"), AT_ONCE));
      link.free(1);
      assertEquals(1, channel.write(bytes("x"), AT_ONCE));
    }
  }

  @Test
  void writersThatWaitAskOnceAndGoOnWhenBuffersAreFree() throws Exception {
    try (EndpointChannel channel = device.open()) {
      link.buffers.drainPermits();
      List<CompletableFuture<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        writers.add(Bounded.start(() -> channel.write(bytes("x"), Duration.ofSeconds(50))));
      }
      Bounded.until("asked", () -> link.asked.get() > 0);
      assertEquals(1, link.asked.get());
      link.free(100);
      for (CompletableFuture<Integer> writer : writers) {
        assertEquals(1, Bounded.get(writer));
      }
      assertEquals(100, device.counters().sent());
    }
  }

  @Test
  void lx158_aMessageThatIsTooLongIsEmsgsizeAndNothingIsSent() throws Exception {
    try (EndpointChannel channel = device.open()) {
      assertErrno(Errno.EMSGSIZE, () -> channel.write(ByteBuffer.allocate(497), AT_ONCE));
      assertErrno(Errno.EMSGSIZE, () -> channel.write(ByteBuffer.allocate(10_000_000)));
      assertEquals(List.of(), link.sent);
      assertEquals(496, channel.write(ByteBuffer.allocate(496)));
    }
  }

  @Test
  void lx159_aWriteGoesToTheDevicesDestinationAndReturnsItsLength() throws Exception {
    try (EndpointChannel channel = device.open()) {
      assertEquals(5, channel.write(bytes("hello")));
      assertEquals(0, channel.write(bytes("")));
      assertEquals(List.of("500>9 hello", "500>9 "), link.sent);
      assertEquals(new Counters(0, 2, 0, 0), device.counters());
    }
  }

  @Test
  void lx160_aWriteAfterTheDeviceOrItsLinkWentIsEpipe() throws Exception {
    EndpointDevice other = container.endpoint(ANY, 9);
    try (EndpointChannel destroyed = device.open();
        EndpointChannel linkless = other.open()) {
      device.destroy();
      assertErrno(Errno.EPIPE, () -> destroyed.write(bytes("x")));
      link.goDown();
      assertErrno(Errno.EPIPE, () -> linkless.write(bytes("x")));
      link.close();
      assertErrno(Errno.EPIPE, () -> linkless.write(bytes("x"), AT_ONCE));
    }
    assertEquals(List.of(), link.sent);
  }

  @Test
  void lx161_withoutADestinationAWriteIsEinval() throws Exception {
    try (EndpointChannel channel = container.endpoint(ANY, ANY).open()) {
      assertErrno(Errno.EINVAL, () -> channel.write(bytes("x")));
      assertErrno(Errno.EINVAL, () -> channel.write(ByteBuffer.allocate(5000), AT_ONCE));
      link.receive(channel.address(), "still read");
      assertEquals("still read", read(channel));
    }
  }

  @Test
  void lx162_pollSaysWhatTheDeviceIsReadyFor() throws Exception {
    try (EndpointChannel channel = device.open()) {
      assertEquals(EnumSet.of(WRITABLE), channel.poll());
      link.receive(SRC, "x");
      assertEquals(EnumSet.of(READABLE, WRITABLE), channel.poll());
      link.buffers.drainPermits();
      assertEquals(EnumSet.of(READABLE), channel.poll());
      read(channel);
      assertEquals(EnumSet.noneOf(EndpointChannel.Readiness.class), channel.poll());
      link.receive(SRC, "x");
      device.destroy();
      assertEquals(EnumSet.of(ERROR), channel.poll());
    }
  }

  @Test
  void lx162_aListenerIsToldOfMessagesBuffersAndTheEnd() throws Exception {
    List<String> told = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (EndpointChannel channel = device.open()) {
      link.buffers.drainPermits();
      channel.onReady((from, ready) -> told.add(ready.toString()));
      Bounded.until("asked for buffers", () -> link.asked.get() > 0);
      link.receive(SRC, "x");
      Bounded.until("readable", () -> told.contains("[READABLE]"));
      link.free(1);
      Bounded.until("writable", () -> told.contains("[READABLE, WRITABLE]"));
      device.destroy();
      Bounded.until("gone", () -> told.contains("[ERROR]"));
      assertEquals(3, told.size(), told::toString);
    }
  }

  @Test
  void lx163_theNextOpenerSeesNothingOfTheLast() throws Exception {
    EndpointChannel first = device.open();
    link.receive(SRC, "old");
    link.receive(SRC, "old too");
    first.close();
    assertEquals(2, device.counters().unread());
    try (EndpointChannel second = device.open()) {
      assertErrno(Errno.EAGAIN, () -> read(second));
    }
  }

  @Test
  void lx164_aDeviceWithoutAnAddressGetsOneForEachOpener() throws Exception {
    EndpointDevice dynamic = container.endpoint(ANY, 9);
    EndpointChannel first = dynamic.open();
    assertEquals(1024, first.address());
    first.close();
    try (var other = link.space.createEndpoint(1024, message -> {});
        EndpointChannel second = dynamic.open()) {
      assertEquals(1025, second.address());
      assertTrue(other.isOpen());
    }
  }

  @Test
  void lx166_destroyingTwiceIsNoError() throws Exception {
    device.destroy();
    device.destroy();
    assertFalse(device.exists());
    assertEquals(List.of(), container.endpoints);
    assertErrno(Errno.EPIPE, device::open);
  }

  @Test
  void lx175_addressesAreThoseThatWereAskedFor() throws Exception {
    EndpointDevice dynamic = container.endpoint(ANY, 9);
    try (EndpointChannel channel = dynamic.open()) {
      assertEquals(ANY, dynamic.info().src());
      assertEquals(9, dynamic.info().dst());
      assertEquals(1024, channel.address());
    }
  }

  @Test
  void lx176_aFullQueueDropsTheNewestAndCountsIt() throws Exception {
    container.settings = new Settings(3, false);
    try (EndpointChannel channel = device.open()) {
      for (int i = 0; i < 10; i++) {
        link.receive(SRC, "m" + i);
      }
      assertEquals(new Counters(3, 0, 7, 0), device.counters());
      assertEquals("m0", read(channel));
      link.receive(SRC, "later");
      assertEquals("m1", read(channel));
      assertEquals("m2", read(channel));
      assertEquals("later", read(channel));
    }
  }

  @Test
  void lx082_virtioHasNoFlowControl() throws Exception {
    try (EndpointChannel channel = device.open()) {
      assertErrno(Errno.EOPNOTSUPP, () -> channel.pauseIncomingFlow(true));
      assertFalse(channel.outgoingFlowPaused());
    }
  }

  @Test
  void aReadinessListenerMayDestroyTheDevice() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    EndpointChannel channel = device.open();
    channel.onReady((from, ready) -> {
      try {
        device.destroy();
        calls.incrementAndGet();
      } catch (RpmsgException e) {
        throw new AssertionError(e);
      }
    });
    Bounded.until("destroyed", () -> calls.get() > 0);
    assertFalse(device.exists());
    assertErrno(Errno.EPIPE, () -> read(channel));
    channel.close();
  }

  @Test
  void aListenerOnTheReceiveThreadMayDestroyAndCloseDevices() throws Exception {
    EndpointDevice other = container.endpoint(0x501, 9);
    EndpointChannel channel = device.open();
    EndpointChannel otherChannel = other.open();
    try (var endpoint =
        link.space.createEndpoint(
            0x700,
            message -> {
              device.destroy();
              otherChannel.close();
            })) {
      link.receive(0x700, "go");
      assertTrue(endpoint.isOpen());
    }
    assertFalse(device.exists());
    assertErrno(Errno.EPIPE, () -> read(channel));
    assertFalse(otherChannel.isOpen());
    other.open().close();
  }

  @Test
  void closingWhileMessagesComeLosesNoAddressAndNoOpener() throws Exception {
    AtomicInteger received = new AtomicInteger();
    CompletableFuture<Boolean> opener =
        Bounded.start(() -> {
          for (int i = 0; i < 500; i++) {
            EndpointChannel channel = device.open();
            Bounded.start(() -> channel.read(ByteBuffer.allocate(8)));
            int before = received.get();
            Bounded.until("a message came", () -> received.get() > before || received.get() < 0);
            channel.close();
          }
          return true;
        });
    while (!opener.isDone()) {
      link.receive(SRC, "x");
      received.incrementAndGet();
    }
    assertTrue(Bounded.get(opener));
    assertFalse(link.space.bound(SRC));
    device.open().close();
  }

  @Test
  void whoOpensADeviceWhileItIsDestroyedGetsNothingThatStays() {
    link.onNewEndpoint(() -> {
      try {
        device.destroy();
      } catch (RpmsgException e) {
        throw new AssertionError(e);
      }
    });
    assertErrno(Errno.EPIPE, device::open);
    assertFalse(link.space.bound(SRC));
    assertFalse(device.exists());
  }

  @Test
  void stoppingWakesAReaderThatHoldsUpTheControlQueue() throws Exception {
    EndpointChannel channel = device.open();
    AtomicInteger failed = new AtomicInteger();
    container.add(
        "reads in its probe",
        opened -> {
          try {
            channel.read(ByteBuffer.allocate(8));
          } catch (RpmsgException gone) {
            failed.incrementAndGet();
          }
        },
        "slow");
    container.onlyControl().createChannel(new rpmsg.core.ChannelInfo("slow", ANY, 9));
    long start = System.nanoTime();
    container.stop();
    assertTrue(System.nanoTime() - start < 10_000_000_000L, "it waited for the reader");
    assertEquals(1, failed.get());
    assertEquals(List.of(), container.controls);
    assertEquals(List.of(), container.endpoints);
    assertErrno(Errno.ENETRESET, device::open);
  }
}
