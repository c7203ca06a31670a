// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;

/** Drivers that come and go while channels are there. */
class DriverLifeTest {
  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);
  private final TestLink other = new TestLink(bus, "virtio1");

  @AfterEach
  void close() {
    bus.close();
  }

  private static ChannelInfo info(String name, int dst) {
    return new ChannelInfo(name, RpmsgAddress.ANY, dst);
  }

  private void settle() {
    link.settle();
    other.settle();
  }

  @Test
  void aDriverThatComesLateBindsToTheChannelsThatAreThere() throws Exception {
    Channel first = link.channel(info("sample", 1));
    Channel second = other.channel(info("sample", 2));
    Channel third = link.channel(info("another", 3));
    bus.add(bus.driver("d"), "sample");
    settle();
    assertEquals("d", first.driver());
    assertEquals("d", second.driver());
    assertNull(third.driver());
  }

  @Test
  void aDriverThatIsRemovedIsBoundNowhereAndTheNextTakesOver() throws Exception {
    DriverEntry gone = bus.add(bus.driver("gone"), "sample");
    bus.add(bus.driver("next"), "sample");
    Channel first = link.channel(info("sample", 1));
    Channel second = other.channel(info("sample", 2));
    bus.events.clear();
    bus.bus.remove(gone);
    assertEquals("next", first.driver());
    assertEquals("next", second.driver());
    assertEquals(
        2, bus.events.stream().filter(event -> event.equals("gone remove sample")).count());
    assertEquals(List.of("next"), bus.driverNames());
    assertTrue(first.endpoint().isOpen());
    assertEquals(1, link.space.endpoints().size());
  }

  @Test
  void removingADriverWaitsForItsProbe() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    TestDriver slow =
        bus.driver("slow")
            .onProbe(channel -> {
              running.countDown();
              Bounded.await(go);
            });
    DriverEntry entry = bus.add(slow, "sample");
    Channel channel = (Channel) link.space.createChannel(info("sample", 1));
    Bounded.await(running);
    Thread remover = Thread.ofPlatform().start(() -> bus.bus.remove(entry));
    Bounded.untilWaiting(remover);
    go.countDown();
    Bounded.join(remover);
    assertFalse(channel.isBound());
    assertEquals("slow remove sample", bus.events.getLast());
  }

  @Test
  void anInterruptedCallerRemovesTheDriverAllTheSame() throws Exception {
    DriverEntry entry = bus.add(bus.driver("d"), "sample");
    Channel channel = link.channel(info("sample", 1));
    Thread.currentThread().interrupt();
    bus.bus.remove(entry);
    assertTrue(Thread.interrupted());
    assertFalse(channel.isBound());
    assertEquals("d remove sample", bus.events.getLast());
  }

  @Test
  void aDriverThatGoesInItsOwnProbeIsNotBound() throws Exception {
    AtomicReference<DriverEntry> self = new AtomicReference<>();
    TestDriver quitter = bus.driver("quitter").onProbe(channel -> bus.bus.remove(self.get()));
    self.set(DriverEntry.of("quitter", List.of("server"), quitter));
    bus.bus.add(self.get());
    bus.add(bus.driver("next"), "server");
    ChannelInfo server = new ChannelInfo("server", 0x300, RpmsgAddress.ANY);
    Channel channel = link.channel(server);
    assertEquals("next", channel.driver());
    assertTrue(channel.endpoint().isOpen());
    assertEquals(
        List.of(
            "register server",
            "quitter probe server",
            "quitter remove server",
            "next probe server",
            "CREATE server"),
        bus.events);
  }

  @Test
  void aDriverThatAnotherOnesProbeRemovesIsNotTried() throws Exception {
    DriverEntry victim = DriverEntry.of("victim", List.of("sample"), bus.driver("victim"));
    TestDriver failing =
        bus.driver("failing")
            .onProbe(channel -> {
              bus.bus.remove(victim);
              throw new RpmsgException(Errno.EIO, "no");
            });
    bus.add(failing, "sample");
    bus.bus.add(victim);
    Channel channel = link.channel(info("sample", 1));
    assertFalse(channel.isBound());
  }

  @Test
  void aProbeMayReleaseItsOwnChannel() throws Exception {
    TestDriver driver =
        bus.driver("d").onProbe(channel -> link.space.releaseChannel(info("sample", 1)));
    bus.add(driver, "sample");
    Channel channel = (Channel) link.space.createChannel(info("sample", 1));
    Bounded.until("it was released", () -> !channel.isOpen());
    settle();
    assertEquals("d remove sample", bus.events.getLast());
    assertEquals(List.of(), bus.services);
    assertEquals(0, link.space.endpoints().size());
  }
}
