// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.core.internal.TestLink.message;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;

/** Binding and unbinding one driver (LX046 to LX055). */
class BindTest {
  private static final ChannelInfo CLIENT = new ChannelInfo("sample", RpmsgAddress.ANY, 0x400);
  private static final ChannelInfo SERVER = new ChannelInfo("server", 0x300, RpmsgAddress.ANY);

  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);

  @AfterEach
  void close() {
    bus.close();
  }

  @Test
  void lx046_theDefaultEndpointIsThereInProbe() throws Exception {
    AtomicReference<RpmsgEndpoint> seen = new AtomicReference<>();
    bus.add(bus.driver("d").onProbe(channel -> seen.set(channel.endpoint())), "sample");
    Channel channel = link.channel(CLIENT);
    assertNotNull(seen.get());
    assertEquals(0x400, seen.get().destination());
    assertTrue(link.space.bound(seen.get().address()));
    assertEquals(seen.get(), channel.endpoint());
  }

  @Test
  void lx047_srcIsKnownInProbeAndInTheServiceProperties() throws Exception {
    List<Integer> seen = new ArrayList<>();
    bus.add(bus.driver("d").onProbe(channel -> seen.add(channel.src())), "sample", "server");
    link.channel(CLIENT);
    link.channel(SERVER);
    assertEquals(List.of(1024, 0x300), seen);
    assertEquals(
        List.of(
            "register sample",
            "update sample",
            "d probe sample",
            "register server",
            "d probe server",
            "CREATE server"),
        bus.events);
  }

  @Test
  void lx048_aMessageMayComeBeforeProbeReturns() throws Exception {
    CountDownLatch came = new CountDownLatch(1);
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      TestDriver driver =
          bus.driver("d")
              .listenWith(message -> came.countDown())
              .onProbe(channel -> {
                receiver.receive(message(0x400, channel.src(), "early"));
                Bounded.await(came);
              });
      bus.add(driver, "sample");
      assertNull(link.channel(CLIENT).failure());
    }
    assertEquals(0, came.getCount());
  }

  @Test
  void aProbeThatSendsAndWaitsForTheAnswerWorks() throws Exception {
    AtomicReference<String> answer = new AtomicReference<>();
    CountDownLatch came = new CountDownLatch(1);
    RpmsgListener listener =
        message -> {
          answer.set(TestLink.text(message));
          came.countDown();
        };
    TestDriver.Action askAndWait =
        channel -> {
          channel.send(TestLink.text("question"));
          Bounded.await(came);
        };
    try (ReceiveThread receiver = new ReceiveThread(link)) {
      link.peer(sent -> receiver.receive(message(sent.dst(), sent.src(), "answer")));
      bus.add(bus.driver("d").listenWith(listener).onProbe(askAndWait), "sample");
      Channel channel = link.channel(CLIENT);
      assertEquals("answer", answer.get());
      assertEquals("d", channel.driver());
      assertNull(channel.failure());
    }
  }

  static List<Throwable> failures() {
    return List.of(
        new IOException("checked"),
        new IllegalStateException("unchecked"),
        new NoClassDefFoundError("x"),
        new AssertionError("other error"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void lx049_aFailedProbeLeavesNoEndpointAndNoAnnouncement(Throwable failure) throws Exception {
    TestDriver driver = bus.driver("d").onProbe(channel -> raise(failure));
    bus.add(driver, "server");
    Channel channel = link.channel(SERVER);
    assertFalse(channel.isBound());
    assertNull(channel.driver());
    assertNull(channel.endpoint());
    assertEquals(0, link.space.endpoints().size());
    assertEquals(0, link.sent.size());
    assertEquals(Errno.EIO, channel.failure().errno());
    assertEquals(failure, channel.failure().getCause());
    assertTrue(channel.isOpen(), "the channel stays");
    assertEquals(List.of("register server", "d probe server"), bus.events);
  }

  private static void raise(Throwable failure) throws Exception {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (Exception) failure;
  }

  @Test
  void lx049_afterAFailedProbeTheNextDriverIsTried() throws Exception {
    bus.add(bus.driver("bad").onProbe(channel -> raise(new Exception("no"))), "server");
    bus.add(bus.driver("good"), "server");
    Channel channel = link.channel(SERVER);
    assertEquals("good", channel.driver());
    assertNull(channel.failure());
    assertEquals(1, link.sent.size());
  }

  @Test
  void lx050_withoutAnEndpointItIsEnomemAndProbeIsNotCalled() throws Exception {
    link.space.createEndpoint(0x300, message -> {});
    bus.add(bus.driver("d"), "server");
    Channel channel = link.channel(SERVER);
    assertEquals(Errno.ENOMEM, channel.failure().errno());
    assertNull(channel.endpoint());
    assertFalse(channel.isBound());
    assertEquals(List.of("register server"), bus.events);
    assertEquals(1, link.space.endpoints().size(), "the other's endpoint is left alone");
  }

  @Test
  void lx051_createIsSentAfterProbe() throws Exception {
    bus.add(bus.driver("d"), "server");
    link.channel(SERVER);
    assertEquals(List.of("register server", "d probe server", "CREATE server"), bus.events);
    assertEquals(0x300, link.sent.getFirst().src());
    assertEquals(RpmsgAddress.NAME_SERVICE, link.sent.getFirst().dst());
  }

  @Test
  void lx051_aChannelThatIsNotAnnouncedSendsNothing() throws Exception {
    bus.add(bus.driver("d"), "sample");
    link.channel(CLIENT);
    link.announced("sample", 0x500);
    assertEquals(0, link.sent.size());
  }

  @Test
  void lx051_aPeerWithoutNameServiceIsToldNothing() throws Exception {
    link.withoutAnnouncements();
    bus.add(bus.driver("d"), "server");
    Channel channel = link.channel(SERVER);
    link.release(SERVER);
    assertNull(channel.failure());
    assertEquals(0, link.sent.size());
  }

  @Test
  void lx052_aFailedAnnouncementRemovesTheDriverAndTheEndpoint() throws Exception {
    link.goDown();
    bus.add(bus.driver("d"), "server");
    Channel channel = link.channel(SERVER);
    assertEquals(Errno.ENODEV, channel.failure().errno());
    assertEquals(List.of("register server", "d probe server", "d remove server"), bus.events);
    assertFalse(channel.isBound());
    assertNull(channel.endpoint());
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void lx052_anAnnouncementThatFindsNoBufferFailsToo() throws Exception {
    link.buffers.drainPermits();
    bus.add(bus.driver("d"), "server");
    Channel channel = link.channel(SERVER);
    assertEquals(Errno.ERESTARTSYS, channel.failure().errno());
    assertEquals(List.of("register server", "d probe server", "d remove server"), bus.events);
  }

  @Test
  void lx052_theReasonIsKeptWhenRemoveFailsAsWell() throws Exception {
    link.goDown();
    TestDriver driver = bus.driver("d").onRemove(channel -> raise(new IllegalStateException()));
    bus.add(driver, "server");
    Channel channel = link.channel(SERVER);
    assertEquals(Errno.ENODEV, channel.failure().errno());
    assertEquals(0, link.space.endpoints().size());
  }

  @Test
  void lx053_aDriverWithoutListenerGetsNoEndpointAndIsNotAnnounced() throws Exception {
    bus.add(bus.driver("d").listenWith(null), "server", "sample");
    Channel server = link.channel(SERVER);
    Channel client = link.channel(CLIENT);
    assertEquals("d", server.driver());
    assertNull(server.endpoint());
    assertEquals(RpmsgAddress.ANY, client.src());
    assertEquals(0, link.space.endpoints().size());
    link.release(SERVER);
    assertEquals(0, link.sent.size());
  }

  @Test
  void lx054_destroyThenServiceThenRemoveThenTheEndpoint() throws Exception {
    List<Boolean> bound = new ArrayList<>();
    RpmsgListener listener = new ClosedListener();
    TestDriver driver =
        bus.driver("d")
            .listenWith(listener)
            .onRemove(channel -> bound.add(channel.endpoint().isOpen()));
    bus.add(driver, "server");
    Channel channel = link.channel(SERVER);
    bus.events.clear();
    link.release(SERVER);
    assertEquals(
        List.of("DESTROY server", "unregister server", "d remove server", "closed 0x300"),
        bus.events);
    assertEquals(List.of(true), bound, "remove still has the endpoint");
    assertFalse(channel.isOpen());
    assertFalse(link.space.bound(0x300));
  }

  private final class ClosedListener implements RpmsgListener {
    @Override
    public void onMessage(RpmsgMessage message) {}

    @Override
    public void onClosed(RpmsgEndpoint endpoint) {
      bus.events.add("closed " + RpmsgAddress.format(endpoint.address()));
    }
  }

  @Test
  void lx054_aDestroyThatCannotBeSentDoesNotStopTheRest() throws Exception {
    bus.add(bus.driver("d"), "server");
    link.channel(SERVER);
    link.goDown();
    bus.events.clear();
    link.release(SERVER);
    assertEquals(List.of("unregister server", "d remove server"), bus.events);
    assertEquals(0, link.space.endpoints().size());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void lx054_aRemoveThatFailsDoesNotStopTheRest(Throwable failure) throws Exception {
    if (failure instanceof IOException) {
      return;
    }
    bus.add(bus.driver("d").onRemove(channel -> raise(failure)), "server");
    link.channel(SERVER);
    link.release(SERVER);
    assertEquals(0, link.space.endpoints().size());
    assertEquals(List.of(), bus.services);
  }

  @Test
  void lx055_srcStaysWhenTheDriverComesBack() throws Exception {
    DriverEntry driver = bus.add(bus.driver("d"), "sample");
    Channel channel = link.channel(CLIENT);
    assertEquals(1024, channel.src());
    bus.bus.remove(driver);
    assertEquals(1024, channel.src());
    link.space.createEndpoint(1023, message -> {});
    bus.bus.add(driver);
    link.settle();
    assertEquals(1024, channel.endpoint().address());
    assertFalse(channel.announce());
  }

  @Test
  void lx055_aSrcThatWasTakenMeanwhileIsEnomem() throws Exception {
    DriverEntry driver = bus.add(bus.driver("d"), "sample");
    Channel channel = link.channel(CLIENT);
    bus.bus.remove(driver);
    assertEquals(1024, link.space.createEndpoint(RpmsgAddress.ANY, message -> {}).address());
    bus.bus.add(driver);
    link.settle();
    assertEquals(Errno.ENOMEM, channel.failure().errno());
    assertEquals(1024, channel.src());
  }
}
