// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.bytes;
import static rpmsg.core.internal.TestLink.message;
import static rpmsg.core.internal.TestLink.text;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.BufferClaim;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.SendResult;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** The bus's side of sending (LX069 to LX085, LX090). */
class SendTest {
  /** One of the ways to send. */
  interface Attempt {
    void on(RpmsgEndpoint endpoint, int length, int dst) throws RpmsgException;
  }

  static final List<Attempt> ATTEMPTS =
      List.of(
          (endpoint, length, dst) -> endpoint.sendTo(bytes(length), dst, Duration.ZERO),
          (endpoint, length, dst) -> endpoint.trySendTo(bytes(length), dst),
          (endpoint, length, dst) -> endpoint.claim(length, dst, Duration.ZERO));

  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);
  private final AtomicReference<Errno> errno = new AtomicReference<>();
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private RpmsgEndpoint endpoint;

  @BeforeEach
  void open() throws RpmsgException {
    endpoint = link.space.createEndpoint(2000, message -> {});
  }

  @AfterEach
  void close() {
    bus.close();
  }

  private static void assertRefused(Errno expected, Attempt attempt, RpmsgEndpoint endpoint) {
    assertRefused(expected, () -> attempt.on(endpoint, 1, 9));
  }

  private static void assertRefused(Errno expected, TestLink.Task task) {
    RpmsgException refused = assertThrows(RpmsgException.class, task::run);
    assertEquals(expected, refused.errno(), refused::getMessage);
  }

  @Test
  void lx069_successIsANormalReturnAndTheMessageIsExact() throws Exception {
    endpoint.sendTo(text("one"), 9, Duration.ofSeconds(1));
    assertEquals(SendResult.SENT, endpoint.trySendTo(text("two"), 0xFFFFFFFE));
    endpoint.sendTo(bytes(0), 0, Duration.ZERO);
    assertEquals(List.of("one", "two", ""), link.sent.stream().map(TestLink.Sent::text).toList());
    assertEquals(List.of(9, -2, 0), link.sent.stream().map(TestLink.Sent::dst).toList());
    assertEquals(List.of(2000, 2000, 2000), link.sent.stream().map(TestLink.Sent::src).toList());
  }

  @Test
  void lx069_aChannelSendsFromItsDefaultEndpointToItsDestination() throws Exception {
    bus.add(bus.driver("d"), "sample");
    Channel channel = link.channel(new ChannelInfo("sample", RpmsgAddress.ANY, 0x500));
    channel.send(text("hello"));
    channel.endpoint().send(text("again"), Duration.ofMillis(7));
    assertEquals(SendResult.SENT, channel.endpoint().trySend(text("and again")));
    assertEquals(3, link.sent.size());
    for (TestLink.Sent sent : link.sent) {
      assertEquals(1024, sent.src());
      assertEquals(0x500, sent.dst());
    }
  }

  @Test
  void lx070_theMtuIsTheTransports() throws Exception {
    assertEquals(TestLink.MTU, endpoint.mtu());
    assertEquals(TestLink.MTU, link.space.mtu());
  }

  @Test
  void lx071_theMtuFitsAndOneByteMoreIsRefused() throws Exception {
    for (Attempt attempt : ATTEMPTS) {
      attempt.on(endpoint, TestLink.MTU, 9);
      assertRefused(Errno.EMSGSIZE, () -> attempt.on(endpoint, TestLink.MTU + 1, 9));
    }
  }

  @Test
  @SuppressWarnings("restricted")
  void lx071_aPayloadOfMoreThanIntMaxBytesIsRefused() {
    MemorySegment huge = MemorySegment.ofAddress(16).reinterpret((1L << 32) + 1);
    assertRefused(Errno.EMSGSIZE, () -> endpoint.sendTo(huge, 9, Duration.ZERO));
    assertRefused(Errno.EMSGSIZE, () -> endpoint.trySendTo(huge, 9));
  }

  @Test
  void lx072_aNegativeLengthIsRefused() {
    assertRefused(Errno.EMSGSIZE, () -> endpoint.claim(-1, 9, Duration.ZERO));
    assertRefused(Errno.EMSGSIZE, () -> endpoint.claim(Integer.MIN_VALUE, 9, Duration.ZERO));
  }

  @Test
  void lx073_noDestinationIsRefused() {
    for (Attempt attempt : ATTEMPTS) {
      assertRefused(Errno.EINVAL, () -> attempt.on(endpoint, 1, RpmsgAddress.ANY));
    }
    assertRefused(Errno.EINVAL, () -> endpoint.send(bytes(1)));
    assertRefused(Errno.EINVAL, () -> endpoint.trySend(bytes(1)));
  }

  @Test
  void lx074_theDestinationIsCheckedBeforeTheLength() {
    for (Attempt attempt : ATTEMPTS) {
      assertRefused(Errno.EINVAL, () -> attempt.on(endpoint, 497, RpmsgAddress.ANY));
    }
  }

  @Test
  void lx074_closedIsCheckedFirstAndTheLinkLast() {
    link.goDown();
    for (Attempt attempt : ATTEMPTS) {
      assertRefused(Errno.EMSGSIZE, () -> attempt.on(endpoint, 497, 9));
      assertRefused(Errno.ENODEV, attempt, endpoint);
    }
    endpoint.close();
    for (Attempt attempt : ATTEMPTS) {
      assertRefused(Errno.EPIPE, () -> attempt.on(endpoint, 497, RpmsgAddress.ANY));
    }
  }

  @Test
  void lx075_aRefusedMessageTakesNoBuffer() {
    int before = link.buffers.availablePermits();
    for (Attempt attempt : ATTEMPTS) {
      assertRefused(Errno.EMSGSIZE, () -> attempt.on(endpoint, 497, 9));
      assertRefused(Errno.EINVAL, () -> attempt.on(endpoint, 1, RpmsgAddress.ANY));
    }
    assertEquals(before, link.buffers.availablePermits());
    assertEquals(List.of(), link.timeouts, "the transport was asked");
  }

  @Test
  void lx076_tryWithoutABufferIsBackPressureAtOnce() throws Exception {
    link.buffers.drainPermits();
    assertEquals(SendResult.BACK_PRESSURE, endpoint.trySendTo(bytes(1), 9));
    assertNull(endpoint.claim(1, 9, Duration.ZERO));
    assertEquals(List.of(0L, 0L), link.timeouts, "no waiting was asked for");
  }

  @Test
  void lx077_sendWaitsForItsOwnDeadlineOnlyAndSaysErestartsys() {
    link.buffers.drainPermits();
    assertRefused(Errno.ERESTARTSYS, () -> endpoint.sendTo(bytes(1), 9, Duration.ofMillis(30)));
    assertEquals(List.of(TimeUnit.MILLISECONDS.toNanos(30)), link.timeouts);
    assertEquals(512, Errno.ERESTARTSYS.number());
  }

  @Test
  void lx077_withoutADeadlineItIsOneSecondNotFifteen() throws Exception {
    link.space
        .createChannel(new ChannelInfo("c", RpmsgAddress.ANY, 9))
        .createEndpoint(2001, message -> {})
        .send(bytes(1));
    assertEquals(List.of(TimeUnit.SECONDS.toNanos(1)), link.timeouts);
  }

  @Test
  void lx077_anyDurationIsADeadline() throws Exception {
    endpoint.sendTo(bytes(1), 9, Duration.ofSeconds(Long.MAX_VALUE));
    endpoint.sendTo(bytes(1), 9, Duration.ofSeconds(-1));
    assertEquals(SendResult.SENT, endpoint.trySendTo(bytes(1), 9));
    assertEquals(List.of(Long.MAX_VALUE, 0L, 0L), link.timeouts);
  }

  @Test
  void lx078_whoWaitsForABufferSendsWhenOneComesFree() {
    link.buffers.drainPermits();
    AtomicReference<Exception> failure = new AtomicReference<>();
    Thread sender =
        Thread.ofPlatform()
            .start(() -> {
              try {
                endpoint.sendTo(text("late"), 9, Duration.ofSeconds(Bounded.SECONDS));
              } catch (RpmsgException e) {
                failure.set(e);
              }
            });
    Bounded.untilWaiting(sender);
    assertEquals(0, link.sent.size());
    link.buffers.release();
    Bounded.join(sender);
    assertNull(failure.get());
    assertEquals("late", link.sent.getFirst().text());
  }

  @Test
  void lx078_otherEndpointsReceiveAndCloseWhileASenderWaits() throws Exception {
    link.buffers.drainPermits();
    Thread sender = Thread.ofPlatform().start(this::sendUntilInterrupted);
    Bounded.untilWaiting(sender);
    AtomicBoolean came = new AtomicBoolean();
    RpmsgEndpoint other = link.space.createEndpoint(2001, message -> came.set(true));
    link.space.deliver(message(9, 2001, "x"));
    other.close();
    endpoint.close();
    assertTrue(came.get());
    assertTrue(sender.isAlive());
    sender.interrupt();
    Bounded.join(sender);
    assertEquals(Errno.EINTR, errno.get());
  }

  @Test
  void lx079_anInterruptEndsTheWaitAtOnceAndStaysSet() {
    link.buffers.drainPermits();
    Thread sender = Thread.ofPlatform().start(this::sendUntilInterrupted);
    Bounded.untilWaiting(sender);
    sender.interrupt();
    Bounded.join(sender);
    assertEquals(Errno.EINTR, errno.get());
    assertTrue(interrupted.get());
    assertEquals(0, link.sent.size());
  }

  private void sendUntilInterrupted() {
    try {
      endpoint.sendTo(bytes(1), 9, Duration.ofSeconds(600));
    } catch (RpmsgException e) {
      errno.set(e.errno());
      interrupted.set(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void lx080_aChannelWithoutAnEndpointSaysEinval() throws Exception {
    Channel channel = link.channel(new ChannelInfo("nobody", RpmsgAddress.ANY, 9));
    assertNull(channel.endpoint());
    assertRefused(Errno.EINVAL, () -> channel.send(bytes(1)));
  }

  @Test
  void lx081_aTransportThatCannotSendSaysEnxio() throws Exception {
    RpmsgEndpoint mute = bare().createEndpoint(2000, message -> {});
    for (Attempt attempt : ATTEMPTS) {
      assertRefused(Errno.ENXIO, attempt, mute);
    }
    assertRefused(Errno.ENXIO, () -> mute.whenWritable(() -> {}));
  }

  @Test
  void lx082_flowControlIsNotSupported() throws Exception {
    assertRefused(Errno.EOPNOTSUPP, () -> endpoint.setFlowControl(true));
    assertEquals(95, Errno.EOPNOTSUPP.number());
  }

  @Test
  void lx083_anUnknownMtuIsEnotsupp() throws Exception {
    AddressSpace bare = bare();
    assertRefused(Errno.ENOTSUPP, bare::mtu);
    assertRefused(Errno.ENOTSUPP, bare.createEndpoint(2000, message -> {})::mtu);
    assertEquals(524, Errno.ENOTSUPP.number());
  }

  @Test
  void lx084_aTransportThatCannotTellIsNotWritable() throws Exception {
    assertFalse(bare().createEndpoint(2000, message -> {}).writable());
  }

  @Test
  void lx085_writableWhileABufferIsFree() {
    assertTrue(endpoint.writable());
    link.buffers.drainPermits();
    assertFalse(endpoint.writable());
    link.buffers.release();
    assertTrue(endpoint.writable());
  }

  @Test
  void lx085_whenWritableRunsOnTheControlQueue() throws Exception {
    AtomicReference<String> thread = new AtomicReference<>();
    endpoint.whenWritable(() -> thread.set(Thread.currentThread().getName()));
    Bounded.until("it ran", () -> thread.get() != null);
    assertEquals("rpmsg-virtio0-control", thread.get());
  }

  @Test
  void lx090_aDestinationIsNotLearntFromMessages() throws Exception {
    bus.add(bus.driver("d"), "server");
    Channel channel = link.channel(new ChannelInfo("server", 0x300, RpmsgAddress.ANY));
    link.space.deliver(message(0x77, 0x300, "hello"));
    assertEquals(1L, link.space.counters().get("delivered"));
    assertEquals(RpmsgAddress.ANY, channel.dst());
    assertRefused(Errno.EINVAL, () -> channel.send(bytes(1)));
  }

  @Test
  void aClaimIsFilledInPlaceAndPublishedOrAborted() throws Exception {
    int before = link.buffers.availablePermits();
    BufferClaim claim = endpoint.claim(3, 9, Duration.ofMillis(5));
    assertEquals(3, claim.length());
    claim.segment().copyFrom(text("abc"));
    claim.publish();
    endpoint.claim(3, 9, Duration.ZERO).abort();
    assertEquals(before - 1, link.buffers.availablePermits());
    assertEquals(1, link.sent.size());
    assertArrayEquals(new byte[] {'a', 'b', 'c'}, link.sent.getFirst().payload());
  }

  /** A transport that can do nothing but exist. */
  private AddressSpace bare() {
    return bus.bus.open(
        new TransportOps() {
          @Override
          public String name() {
            return "bare";
          }

          @Override
          public ByteOrder order() {
            return ByteOrder.LITTLE_ENDIAN;
          }

          @Override
          public boolean announces() {
            return false;
          }

          @Override
          public void wake() {}
        });
  }
}
