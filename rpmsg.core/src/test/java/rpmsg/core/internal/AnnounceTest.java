// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.NameServiceMessage;

/** Endpoints that the peer is told of. */
class AnnounceTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);

  @AfterEach
  void close() {
    bus.close();
  }

  private RpmsgEndpoint announce(String name, int src) throws RpmsgException {
    return link.space.announce(name, src, message -> {});
  }

  private Errno refused(String name, int src) {
    return assertThrows(RpmsgException.class, () -> announce(name, src)).errno();
  }

  @Test
  void lx007_lx011_createAndDestroyGoFromTheAnnouncedAddressTo53() throws Exception {
    RpmsgEndpoint endpoint = announce("svc", RpmsgAddress.ANY);
    assertEquals(List.of("CREATE svc"), bus.events);
    endpoint.close();
    endpoint.close();
    assertEquals(List.of("CREATE svc", "DESTROY svc"), bus.events);
    for (TestLink.Sent sent : link.sent) {
      NameServiceMessage ns = NameServiceMessage.decode(sent.payload(), ByteOrder.LITTLE_ENDIAN);
      assertEquals(1024, ns.address());
      assertEquals(1024, sent.src());
      assertEquals(53, sent.dst());
    }
  }

  @Test
  void anEndpointIsThereBeforeThePeerIsTold() throws Exception {
    link.peer(sent -> bus.events.add("bound " + link.space.bound(sent.src())));
    announce("svc", 7).close();
    assertEquals(List.of("CREATE svc", "bound true", "DESTROY svc", "bound true"), bus.events);
  }

  @Test
  void aPeerWithoutNameServiceIsEopnotsupp() {
    link.withoutAnnouncements();
    assertEquals(Errno.EOPNOTSUPP, refused("svc", RpmsgAddress.ANY));
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void whatCannotBeSentLeavesNoEndpoint() {
    link.goDown();
    assertEquals(Errno.ENODEV, refused("svc", RpmsgAddress.ANY));
    assertEquals(0, link.space.endpoints().size());
    link.breakWith(new IllegalStateException("transport failed"));
    assertThrows(IllegalStateException.class, () -> announce("svc", RpmsgAddress.ANY));
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void withoutABufferItGivesUpAfterASecond() {
    link.buffers.drainPermits();
    assertEquals(Errno.ERESTARTSYS, refused("svc", RpmsgAddress.ANY));
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void takenAddressesAndBadNamesAreRefusedBeforeAnythingIsSent() throws Exception {
    link.space.createEndpoint(7, message -> {});
    assertEquals(Errno.ENOSPC, refused("svc", 7));
    assertThrows(IllegalArgumentException.class, () -> announce("x".repeat(32), 8));
    assertEquals(0, link.sent.size());
  }

  @Test
  void whatIsStillAnnouncedIsAnnouncedAgainWhenAsked() throws Exception {
    RpmsgEndpoint first = announce("first", 7);
    announce("second", 8).close();
    link.space.createEndpoint(9, message -> {});
    link.sent.clear();
    link.space.announceAgain();
    Bounded.until("announced again", () -> link.sent.size() == 1);
    NameServiceMessage again =
        NameServiceMessage.decode(link.sent.get(0).payload(), ByteOrder.LITTLE_ENDIAN);
    assertEquals(new NameServiceMessage("first", 7, false), again);
    first.close();
    link.sent.clear();
    link.space.announceAgain();
    awaitQueue();
    assertEquals(0, link.sent.size());
  }

  private void awaitQueue() {
    CountDownLatch reached = new CountDownLatch(1);
    link.space.execute(reached::countDown);
    Bounded.await(reached);
  }

  @Test
  void announcingAgainWithoutABufferIsLeftForTheNextTime() throws Exception {
    announce("svc", 7);
    link.sent.clear();
    int buffers = link.buffers.drainPermits();
    link.space.announceAgain();
    awaitQueue();
    assertEquals(0, link.sent.size());
    link.buffers.release(buffers);
    link.space.announceAgain();
    Bounded.until("announced again", () -> link.sent.size() == 1);
  }

  @Test
  void twoThreadsThatCloseSayItOnce() throws Exception {
    for (int i = 0; i < 500; i++) {
      RpmsgEndpoint endpoint = announce("svc", 7);
      CyclicBarrier start = new CyclicBarrier(2);
      Thread other = Thread.ofPlatform().start(() -> closeTogether(endpoint, start));
      closeTogether(endpoint, start);
      Bounded.join(other);
      assertFalse(endpoint.isOpen());
      assertEquals(2 * i + 2, link.sent.size());
    }
    assertTrue(link.space.endpoints().isEmpty());
  }

  private static void closeTogether(RpmsgEndpoint endpoint, CyclicBarrier start) {
    try {
      start.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    endpoint.close();
  }
}
