// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Things that happen at once, many times over. */
class RaceTest {
  private static final int ROUNDS = 100;

  private final TestBus bus = new TestBus();
  private final List<String> surprises = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    bus.close();
  }

  /** What a thread does until it is refused. */
  private interface Step {
    void run(int i) throws RpmsgException;
  }

  private Thread repeat(Errno last, Step step) {
    return Thread.ofPlatform().start(() -> untilRefused(last, step));
  }

  private void untilRefused(Errno last, Step step) {
    try {
      for (int i = 0; ; i++) {
        step.run(i);
      }
    } catch (RpmsgException e) {
      if (e.errno() != last) {
        surprises.add(e.getMessage());
      }
    }
  }

  @Test
  void channelsThatAreCreatedWhileTheSpaceClosesAreGoneAfterwards() throws Exception {
    List<Channel> created = new CopyOnWriteArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      TestLink link = new TestLink(bus);
      Step create =
          i ->
              created.add(
                  (Channel) link.space.createChannel(new ChannelInfo("c", RpmsgAddress.ANY, i)));
      Thread creator = repeat(Errno.ENODEV, create);
      Bounded.until("some are there", () -> created.size() > 2);
      link.close();
      Bounded.join(creator);
      assertEquals(List.of(), bus.services, "round " + round);
      assertEquals(0, link.space.channels().size());
      created.forEach(channel -> assertFalse(channel.isOpen()));
      created.clear();
    }
    assertEquals(List.of(), surprises);
    assertEquals(List.of(), bus.warnings);
  }

  @Test
  void endpointsThatAreCreatedWhileTheSpaceClosesAreGoneAfterwards() throws Exception {
    List<RpmsgEndpoint> created = new CopyOnWriteArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      TestLink link = new TestLink(bus);
      Thread creator =
          repeat(
              Errno.ENODEV,
              i -> created.add(link.space.createEndpoint(RpmsgAddress.ANY, message -> {})));
      Bounded.until("some are there", () -> created.size() > 2);
      link.close();
      Bounded.join(creator);
      assertEquals(0, link.space.endpoints().size(), "round " + round);
      created.forEach(endpoint -> assertFalse(endpoint.isOpen()));
      created.clear();
    }
    assertEquals(List.of(), surprises);
  }

  @Test
  void channelsThatAreReleasedWhileTheyAreCreatedLeaveNoService() throws Exception {
    TestLink link = new TestLink(bus);
    ChannelInfo info = new ChannelInfo("c", RpmsgAddress.ANY, 9);
    AtomicBoolean stop = new AtomicBoolean();
    Thread releaser = Thread.ofPlatform().start(() -> releaseAll(link, info, stop));
    for (int i = 0; i < 500 * ROUNDS; i++) {
      createIfAbsent(link, info);
    }
    stop.set(true);
    Bounded.join(releaser);
    link.settle();
    assertEquals(link.space.channels(), bus.services);
  }

  private static void releaseAll(TestLink link, ChannelInfo info, AtomicBoolean stop) {
    while (!stop.get()) {
      try {
        link.space.releaseChannel(info);
      } catch (RpmsgException none) {
        Thread.onSpinWait();
      }
    }
  }

  private static void createIfAbsent(TestLink link, ChannelInfo info) {
    try {
      link.space.createChannel(info);
    } catch (RpmsgException there) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aDriverThatComesWhileAChannelIsCreatedSeesItAfterItsRegistration() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      bus.events.clear();
      TestLink link = new TestLink(bus);
      Thread creator =
          Thread.ofPlatform()
              .start(() -> createIfAbsent(link, new ChannelInfo("c", 0x300, RpmsgAddress.ANY)));
      Bounded.until("it is in the list", () -> !link.space.channels().isEmpty());
      DriverEntry driver = bus.add(bus.driver("d"), "c");
      Bounded.join(creator);
      link.settle();
      assertEquals(List.of("register c", "d probe c", "CREATE c"), bus.events);
      bus.bus.remove(driver);
      link.close();
    }
  }

  @Test
  void aDriverIsBoundNowhereWhenRemoveReturnsThoughChannelsAreReleased() throws Exception {
    TestLink link = new TestLink(bus);
    ChannelInfo info = new ChannelInfo("c", RpmsgAddress.ANY, 9);
    for (int round = 0; round < ROUNDS; round++) {
      DriverEntry driver = bus.add(bus.driver("d"), "c");
      Channel channel = link.channel(info);
      Thread releaser = Thread.ofPlatform().start(() -> releaseOnce(link, info));
      Bounded.until("it is not in the list", () -> link.space.channels().isEmpty());
      bus.bus.remove(driver);
      assertFalse(channel.isBound(), "round " + round);
      Bounded.join(releaser);
    }
  }

  private static void releaseOnce(TestLink link, ChannelInfo info) {
    try {
      link.space.releaseChannel(info);
    } catch (RpmsgException none) {
      throw new AssertionError(none);
    }
  }

  @Test
  void endpointsOfAChannelThatGoesAreGoneWithIt() throws Exception {
    TestLink link = new TestLink(bus);
    List<RpmsgEndpoint> created = new CopyOnWriteArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      ChannelInfo info = new ChannelInfo("c", RpmsgAddress.ANY, 9);
      Channel channel = link.channel(info);
      Thread creator =
          repeat(
              Errno.ENODEV,
              i -> created.add(channel.createEndpoint(RpmsgAddress.ANY, message -> {})));
      Bounded.until("some are there", () -> created.size() > 2);
      link.release(info);
      Bounded.join(creator);
      assertEquals(0, link.space.endpoints().size(), "round " + round);
      created.clear();
    }
    assertEquals(List.of(), surprises);
  }
}
