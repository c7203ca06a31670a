// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.SendResult;

class KernelEndpointTest extends KernelTest {

  private static final Duration LONG = Duration.ofSeconds(Bounded.SECONDS);

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<RpmsgEndpoint> closed = new LinkedBlockingQueue<>();
  private KernelChannel channel;
  private String device;

  private class Collecting implements RpmsgListener {
    @Override
    public void onMessage(RpmsgMessage message) throws Exception {
      received.add(
          new String(message.toByteArray(), StandardCharsets.US_ASCII) + "@" + message.src());
    }

    @Override
    public void onClosed(RpmsgEndpoint endpoint) {
      closed.add(endpoint);
    }
  }

  @BeforeEach
  void create() {
    control();
    device = kernel.channel("sample", RpmsgAddress.ANY, 1024);
    bus.look();
    channel =
        registry.things.stream()
            .filter(KernelChannel.class::isInstance)
            .map(KernelChannel.class::cast)
            .filter(one -> one.name().equals("sample"))
            .findFirst()
            .orElseThrow();
  }

  private FakeNode node(int number) {
    return kernel.open.get("rpmsg" + number);
  }

  private static MemorySegment text(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
  }

  private <T> T next(BlockingQueue<T> queue) throws InterruptedException {
    return queue.poll(Bounded.SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void itHasANodeOfItsOwnThatGoesWithIt() throws Exception {
    RpmsgEndpoint endpoint = channel.createEndpoint(2000, new Collecting());
    assertEquals("rpmsg_ctrl0 create-ept sample:0x7d0:0x400", kernel.ioctls.getFirst());
    assertEquals(2000, endpoint.address());
    assertEquals(1024, endpoint.destination());
    assertEquals(1, registry.devices().size());
    endpoint.close();
    endpoint.close();
    assertEquals("rpmsg0 destroy-ept", kernel.ioctls.getLast());
    assertEquals(2, kernel.ioctls.size());
    assertEquals(0, registry.devices().size());
    assertTrue(closed.isEmpty(), "its owner closed it");
    assertErrno(Errno.EPIPE, () -> endpoint.send(text("x")));
  }

  @Test
  void messagesComeInOrderAsIfFromTheChannelsDestination() throws Exception {
    try (RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting())) {
      assertTrue(endpoint.isOpen());
      node(0).deliver("one");
      assertEquals("one@1024", next(received));
      node(0).deliver("two");
      assertEquals("two@1024", next(received));
    }
  }

  @Test
  void sendingTryingAndClaimingWriteTheNode() throws Exception {
    try (RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting())) {
      endpoint.send(text("send"));
      assertEquals("send", node(0).written());
      assertEquals(SendResult.SENT, endpoint.trySend(text("try")));
      assertEquals("try", node(0).written());
      BufferClaim claim = endpoint.claim(5, 1024, LONG);
      claim.segment().copyFrom(text("claim"));
      claim.publish();
      assertEquals("claim", node(0).written());
      assertThrows(IllegalStateException.class, claim::publish);
      BufferClaim aborted = endpoint.claim(5, 1024, LONG);
      aborted.abort();
      assertThrows(IllegalStateException.class, aborted::publish);
      assertTrue(endpoint.writable());
    }
  }

  @Test
  void lx073_lx083_whatTheKernelCannotDoIsSaid() throws Exception {
    try (RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting())) {
      assertErrno(Errno.EINVAL, () -> endpoint.trySendTo(text("x"), RpmsgAddress.ANY));
      assertErrno(Errno.ENXIO, () -> endpoint.trySendTo(text("x"), 1025));
      assertErrno(Errno.EMSGSIZE, () -> endpoint.claim(-1, 1024, LONG));
      assertErrno(Errno.EMSGSIZE, () -> endpoint.claim(Integer.MAX_VALUE, 1024, LONG));
      assertErrno(Errno.ENOTSUPP, endpoint::mtu);
    }
  }

  private void fill(RpmsgEndpoint endpoint) throws IOException {
    MemorySegment block = MemorySegment.ofArray(new byte[4096]);
    while (endpoint.trySend(block) == SendResult.SENT) {
      // The socket takes some more
    }
  }

  @Test
  void lx076_lx077_lx078_backPressureIsToldWaitedForAndGoesAway() throws Exception {
    try (RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting())) {
      fill(endpoint);
      assertFalse(endpoint.writable());
      assertErrno(Errno.ERESTARTSYS, () -> endpoint.send(text("x"), Duration.ofMillis(20)));
      CountDownLatch writable = new CountDownLatch(1);
      endpoint.whenWritable(writable::countDown);
      CompletableFuture<Void> sender =
          Bounded.start(() -> {
            endpoint.send(text("late"), LONG);
            return null;
          });
      while (!sender.isDone()) {
        node(0).written();
      }
      Bounded.get(sender);
      assertTrue(writable.await(Bounded.SECONDS, TimeUnit.SECONDS));
    }
  }

  @Test
  void lx079_aSenderThatIsInterruptedIsEintrAndTheEndpointStaysOpen() throws Exception {
    try (RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting())) {
      fill(endpoint);
      Thread.currentThread().interrupt();
      assertErrno(Errno.EINTR, () -> endpoint.send(text("x"), LONG));
      assertTrue(Thread.interrupted(), "the interrupt status stays set");
      assertTrue(endpoint.isOpen());
    }
  }

  @Test
  void lx029_anAddressThatIsTakenIsEnospcAndItsNodeGoesWhenItCan() throws Exception {
    kernel.refusals.put("rpmsg0", Errno.EINVAL);
    assertErrno(Errno.ENOSPC, () -> channel.createEndpoint(2000, new Collecting()));
    bus.look();
    assertEquals(1, registry.devices().size());
    kernel.refusals.clear();
    bus.look();
    assertEquals(0, registry.devices().size());
    assertEquals("rpmsg0 destroy-ept", kernel.ioctls.getLast());
  }

  @Test
  void lx030_anAddressThatCannotBeLocalIsEinval() {
    assertErrno(Errno.EINVAL, () -> channel.createEndpoint(0x80000000, new Collecting()));
    assertEquals(0, kernel.ioctls.size());
  }

  @Test
  void withoutAControlDeviceItIsEnxio() {
    kernel.remove("rpmsg_ctrl0");
    bus.look();
    assertErrno(Errno.ENXIO, () -> channel.createEndpoint(2000, new Collecting()));
  }

  @Test
  void lx032_whenTheChannelGoesItsEndpointsAreClosedAndTheirListenersTold() throws Exception {
    RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting());
    kernel.remove(device);
    bus.look();
    assertSame(endpoint, next(closed));
    assertFalse(endpoint.isOpen());
    assertEquals(0, registry.devices().size());
    assertErrno(Errno.ENODEV, () -> channel.createEndpoint(RpmsgAddress.ANY, new Collecting()));
    endpoint.close();
    assertNull(closed.poll(), "told once");
  }

  @Test
  void whenTheNodeGoesTheListenerIsTold() throws Exception {
    RpmsgEndpoint endpoint = channel.createEndpoint(RpmsgAddress.ANY, new Collecting());
    node(0).vanish();
    assertSame(endpoint, next(closed));
    assertFalse(endpoint.isOpen());
  }

  @Test
  void lx034_lx035_closeWaitsForTheListener() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    RpmsgEndpoint endpoint =
        channel.createEndpoint(
            RpmsgAddress.ANY,
            message -> {
              entered.countDown();
              leave.await();
              received.add("left");
            });
    node(0).deliver("x");
    assertTrue(entered.await(Bounded.SECONDS, TimeUnit.SECONDS));
    CompletableFuture<Boolean> closer =
        Bounded.start(() -> {
          endpoint.close();
          return received.contains("left");
        });
    Bounded.until("it is closing", () -> !endpoint.isOpen());
    assertFalse(closer.isDone());
    leave.countDown();
    assertTrue(Bounded.get(closer));
  }

  @Test
  void lx036_itMayBeClosedByItsListener() throws Exception {
    CompletableFuture<RpmsgEndpoint> self = new CompletableFuture<>();
    RpmsgEndpoint endpoint =
        channel.createEndpoint(RpmsgAddress.ANY, message -> self.join().close());
    self.complete(endpoint);
    node(0).deliver("x");
    Bounded.until("it is closed", () -> !endpoint.isOpen());
    endpoint.close();
    assertEquals("rpmsg0 destroy-ept", kernel.ioctls.getLast());
  }

  @Test
  void lx040_aListenerThatThrowsOrIsInterruptedGetsTheNextMessage() throws Exception {
    try (RpmsgEndpoint endpoint =
        channel.createEndpoint(
            RpmsgAddress.ANY,
            message -> {
              received.add("called");
              Thread.currentThread().interrupt();
              throw new IllegalStateException("on purpose");
            })) {
      node(0).deliver("1");
      assertEquals("called", next(received));
      Bounded.until("the failure is logged", () -> logs.lines().size() == 1);
      node(0).deliver("2");
      assertEquals("called", next(received));
      assertTrue(endpoint.isOpen());
    }
  }
}
