// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.internal.autoload.Wanted;

/** What the bus asks to be loaded (LX058, LX059). */
class WantedTest {
  private final TestBus bus = new TestBus();
  private final List<Wanted> asked = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    bus.close();
  }

  /** A link whose name service is not what the test is about. */
  private TestLink link() throws RpmsgException {
    TestLink link = new TestLink(bus);
    link.space.bind(RpmsgAddress.NAME_SERVICE, message -> true);
    bus.bus.loader(asked::add);
    return link;
  }

  private static ChannelInfo info(String name) {
    return new ChannelInfo(name, RpmsgAddress.ANY, 9);
  }

  private static Wanted wanted(String name) {
    return new Wanted("rpmsg:" + name, "virtio0." + name + ".-1.9");
  }

  @Test
  void lx059_aChannelThatNoDriverTakesIsAskedForByItsModalias() throws Exception {
    TestLink link = link();
    bus.add(bus.driver("d"), "taken");
    link.channel(info("taken"));
    link.channel(info("sample"));
    assertEquals(List.of(wanted("sample")), asked);
    assertEquals(List.of(wanted("sample")), bus.bus.wanted());
  }

  @Test
  void lx059_aChannelWhoseDriverFailsOrGoesIsAskedFor() throws Exception {
    TestLink link = link();
    DriverEntry goes = bus.add(bus.driver("goes"), "one");
    bus.add(
        bus.driver("fails")
            .onProbe(channel -> {
              throw new IllegalStateException("made to fail");
            }),
        "two");
    link.channel(info("one"));
    link.channel(info("two"));
    assertEquals(List.of(wanted("two")), asked);
    bus.bus.remove(goes);
    assertEquals(List.of("rpmsg:two", "rpmsg:one"), asked.stream().map(Wanted::alias).toList());
  }

  @Test
  void aChannelThatGoesIsNotAskedFor() throws Exception {
    TestLink link = link();
    DriverEntry driver = bus.add(bus.driver("d"), "sample");
    link.channel(info("sample"));
    link.space.releaseChannel(info("sample"));
    link.settle();
    bus.bus.remove(driver);
    assertEquals(List.of(), asked);
    assertEquals(List.of(), bus.bus.wanted());
  }

  @Test
  void aLinkWithoutANameServiceAsksForOne() throws Exception {
    bus.bus.loader(asked::add);
    TestLink link = new TestLink(bus);
    assertEquals(List.of(new Wanted("rpmsg:rpmsg_ns", "virtio0")), asked);
    assertEquals(asked, bus.bus.wanted());
    link.space.bind(RpmsgAddress.NAME_SERVICE, message -> true);
    assertEquals(List.of(), bus.bus.wanted());
  }

  @Test
  void lx094_aLinkWithoutAnnouncementsAsksForNoNameService() {
    bus.bus.loader(asked::add);
    TestLink link = new TestLink(bus, "virtio0", false);
    assertEquals(List.of(), asked);
    assertEquals(List.of(), bus.bus.wanted());
    link.close();
  }
}
