// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameService;
import rpmsg.core.testing.RecordingLog;

/** Attaching, failing to, detaching and coming back, with a link that is not virtio. */
class AttachTest {
  private static final Duration BOUND = Duration.ofSeconds(10);

  private final RecordingLog log = new RecordingLog();
  private final NameServiceComponent nameService = Configs.component(log, 20_000);
  private Link link;

  @BeforeEach
  void open() {
    link = new Link();
  }

  @AfterEach
  void close() {
    link.close();
  }

  @Test
  void lx091_boundAt53WhenAttachReturns() throws Exception {
    assertFalse(link.space.bound(53));
    nameService.attach(link.space, BOUND);
    assertTrue(link.space.bound(53));
  }

  @Test
  void lx092_announcementRightAfterAttachBecomesAChannel() throws Exception {
    nameService.attach(link.space, BOUND);
    link.receiveAndSettle(Datagram.create("first", 0x400));
    assertEquals(List.of("first"), link.names());
  }

  @Test
  void lx092_announcementsFromBeforeAttachAreHandledFirstAndInOrder() throws Exception {
    link.space.keep(53, 16);
    link.receive(Datagram.create("a", 1), Datagram.create("b", 2), Datagram.create("c", 3));
    assertEquals(3, link.space.kept());

    nameService.attach(link.space, BOUND);
    link.receiveAndSettle(Datagram.create("d", 4));

    assertEquals(List.of("a", "b", "c", "d"), link.names());
    assertEquals(0, link.space.kept());
  }

  @Test
  void lx092_detachedAndAttachedAgainLosesNothing() throws Exception {
    link.space.keep(53, 16);
    NameService.Binding first = nameService.attach(link.space, BOUND);
    link.receive(Datagram.create("before", 1));
    first.close();
    assertFalse(link.space.bound(53));
    link.receive(Datagram.create("meanwhile", 2), Datagram.destroy("before", 1));

    Configs.component(log, 1024).attach(link.space, BOUND);
    link.receiveAndSettle(Datagram.create("after", 3));

    assertEquals(List.of("meanwhile", "after"), link.names());
  }

  @Test
  void lx092_keptAnnouncementsAreTakenOnAWakeWithoutNewTraffic() throws Exception {
    link.space.keep(53, 16);
    link.receive(Datagram.create("only", 1));
    nameService.attach(link.space, BOUND);
    link.awaitWake();
    link.settle();
    assertEquals(List.of("only"), link.names());
  }

  @Test
  void lx092_whatAFullControlQueueRefusesIsTakenLaterInOrder() throws Exception {
    nameService.attach(link.space, BOUND);
    CountDownLatch go = link.holdControlQueue();
    int refused = 0;
    while (link.space.deliver(Datagram.create("n", refused))) {
      refused++;
      assertTrue(refused < 10_000, "the control queue has no bound");
    }
    go.countDown();
    int end = refused + 100;
    for (int address = refused; address < end; address++) {
      link.receive(Datagram.create("n", address));
    }
    link.settle();
    assertEquals(IntStream.range(0, end).boxed().toList(), link.addresses());
  }

  @Test
  void lx093_channelsStayWhileTheNameServiceIsAway() throws Exception {
    NameService.Binding binding = nameService.attach(link.space, BOUND);
    link.receive(Datagram.create("stays", 1));
    binding.close();
    link.settle();
    assertEquals(List.of("stays"), link.names());
  }

  @Test
  void lx094_withoutAnnouncementsThereIsNoEndpointAt53() throws Exception {
    try (Link mute = new Link(false)) {
      assertErrno(Errno.EOPNOTSUPP, () -> nameService.attach(mute.space, BOUND));
      assertFalse(mute.space.bound(53));
      mute.receiveAndSettle(Datagram.create("dropped", 1));
      assertEquals(List.of(), mute.names());
      assertEquals(List.of(), mute.sent);
    }
  }

  @Test
  void lx108_attachBeyondItsBoundFailsAndLeavesNothing() throws Exception {
    assertErrno(Errno.ETIMEDOUT, () -> nameService.attach(link.space, Duration.ZERO));
    assertFalse(link.space.bound(53));
    assertEquals(List.of(), List.copyOf(link.space.endpoints()));
    nameService.attach(link.space, BOUND);
    assertTrue(link.space.bound(53));
  }

  @Test
  void lx108_bindThatDidNotBindIsNotBelieved() {
    AddressSpace forgetful =
        (AddressSpace)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {AddressSpace.class},
                (proxy, method, arguments) ->
                    method.getName().equals("bound")
                        ? Boolean.FALSE
                        : method.invoke(link.space, arguments));
    assertErrno(Errno.ENODEV, () -> nameService.attach(forgetful, BOUND));
    assertFalse(link.space.bound(53));
  }

  @Test
  void lx108_attachToAClosedLinkFails() {
    link.close();
    assertErrno(Errno.ENODEV, () -> nameService.attach(link.space, BOUND));
  }

  @Test
  void lx109_announcementIsLostWhereNothingIsKept() throws Exception {
    link.receive(Datagram.create("lost", 1));
    nameService.attach(link.space, BOUND);
    link.receiveAndSettle(Datagram.create("seen", 2));
    assertEquals(List.of("seen"), link.names());
  }

  @Test
  void lx111_address53TakenRefusesAttach() throws Exception {
    link.space.createEndpoint(53, message -> {});
    assertErrno(Errno.ENOSPC, () -> nameService.attach(link.space, BOUND));
    assertEquals(1, link.space.endpoints().size());
  }

  @Test
  void lx111_attachingTwiceKeepsTheFirst() throws Exception {
    nameService.attach(link.space, BOUND);
    assertErrno(Errno.ENOSPC, () -> nameService.attach(link.space, BOUND));
    assertTrue(link.space.bound(53));
  }

  @Test
  void closingABindingAgainDoesNotTouchTheNextOne() throws Exception {
    NameService.Binding first = nameService.attach(link.space, BOUND);
    first.close();
    nameService.attach(link.space, BOUND);
    first.close();
    assertTrue(link.space.bound(53));
  }

  @Test
  void deactivationDetachesEveryLink() throws Exception {
    try (Link other = new Link()) {
      nameService.attach(link.space, BOUND);
      nameService.attach(other.space, BOUND);
      nameService.deactivate();
      assertFalse(link.space.bound(53));
      assertFalse(other.space.bound(53));
    }
  }

  @Test
  void attachAfterDeactivationFailsAndLeavesNothing() {
    nameService.deactivate();
    assertErrno(Errno.ENODEV, () -> nameService.attach(link.space, BOUND));
    assertFalse(link.space.bound(53));
  }

  private static void assertErrno(Errno expected, Attempt attempt) {
    assertEquals(expected, assertThrows(RpmsgException.class, attempt::run).errno());
  }

  private interface Attempt {
    void run() throws Exception;
  }
}
