// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;
import static rpmsg.chardev.internal.soft.TestContainer.ANY;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/** What a control device makes and releases, and how long it lives. */
@Timeout(60)
class ControlDeviceTest {
  private final TestContainer container = new TestContainer();
  private TestLink link;

  @BeforeEach
  void up() throws RpmsgException {
    link = container.link("virtio0");
  }

  @AfterEach
  void down() {
    container.close();
  }

  private static List<String> names(List<? extends ControlDevice> devices) {
    return devices.stream().map(d -> d.name() + " " + d.transport()).toList();
  }

  private List<String> endpointNames() {
    return container.endpoints.stream().map(EndpointDevice::name).toList();
  }

  @Test
  void lx144_numbersAreTheLowestFreeAndEachKindIsCountedByItself() throws Exception {
    TestLink second = container.link("virtio1");
    assertEquals(List.of("rpmsg_ctrl0 virtio0", "rpmsg_ctrl1 virtio1"), names(container.controls));
    EndpointDevice first = container.controls.get(1).createEndpoint(info("a", ANY, 1));
    container.controls.get(0).createEndpoint(info("b", ANY, 1));
    assertEquals(List.of("rpmsg0", "rpmsg1"), endpointNames());
    first.destroy();
    container.controls.get(0).createEndpoint(info("c", ANY, 1));
    assertEquals(List.of("rpmsg1", "rpmsg0"), endpointNames());
    link.close();
    container.link("virtio2");
    assertEquals(List.of("rpmsg_ctrl1 virtio1", "rpmsg_ctrl0 virtio2"), names(container.controls));
    second.close();
  }

  private static ChannelInfo info(String name, int src, int dst) {
    return new ChannelInfo(name, src, dst);
  }

  @Test
  void lx147_anEndpointDeviceTakesAnAddressWhenItIsOpened() throws Exception {
    EndpointDevice device = container.endpoint(0x500, 9);
    assertFalse(link.space.bound(0x500));
    try (var channel = device.open()) {
      assertEquals(0x500, channel.address());
      assertTrue(link.space.bound(0x500));
    }
    assertFalse(link.space.bound(0x500));
  }

  @Test
  void lx149_twoDevicesMayHaveTheSameAddressButOnlyOneOfThemOpens() throws Exception {
    EndpointDevice first = container.endpoint(0x500, 9);
    EndpointDevice second = container.endpoint(0x500, 9);
    try (var open = first.open()) {
      assertErrno(Errno.EINVAL, second::open);
      assertTrue(open.isOpen());
    }
    second.open().close();
  }

  @Test
  void lx170_aChannelThatIsThereIsEnxio() throws Exception {
    container.onlyControl().createChannel(info("twice", ANY, 9));
    assertErrno(Errno.ENXIO, () -> container.onlyControl().createChannel(info("twice", ANY, 9)));
    assertErrno(Errno.ENXIO, () -> container.onlyControl().createChannel(info("rpmsg_ctrl", 0, 0)));
  }

  @Test
  void lx171_whatIsNotThereIsNotReleased() throws Exception {
    assertErrno(Errno.EINVAL, () -> container.onlyControl().releaseChannel(info("none", ANY, ANY)));
  }

  @Test
  void theFirstChannelThatIsFoundIsReleasedWhoeverMadeIt() throws Exception {
    link.announced("service", 9);
    container.onlyControl().createChannel(info("service", ANY, 10));
    container.onlyControl().releaseChannel(info("service", ANY, ANY));
    link.settle();
    assertEquals(
        List.of("rpmsg_ctrl", "service"),
        link.space.channels().stream().map(RpmsgChannel::name).toList());
    assertEquals(10, List.copyOf(link.space.channels()).get(1).dst());
  }

  @Test
  void itsOwnChannelIsNotReleased() throws Exception {
    for (ChannelInfo query :
        List.of(
            info("rpmsg_ctrl", 0, 0), info("rpmsg_ctrl", ANY, ANY), info("rpmsg_ctrl", ANY, 0))) {
      assertErrno(Errno.EINVAL, () -> container.onlyControl().releaseChannel(query));
    }
    link.settle();
    assertEquals(List.of("rpmsg_ctrl0 virtio0"), names(container.controls));
  }

  @Test
  void lx172_aServerIsAnnouncedWhenADriverListens() throws Exception {
    container.onlyControl().createChannel(info("server", 0x600, ANY));
    link.settle();
    assertEquals(List.of(), link.sent);
    RpmsgDriver driver =
        new RpmsgDriver() {
          @Override
          public RpmsgListener listener(RpmsgChannel channel) {
            return message -> {};
          }

          @Override
          public void probe(RpmsgChannel channel) {}
        };
    container.add("server driver", driver, "server");
    link.settle();
    assertEquals(List.of("600>35 CREATE server"), link.sent);
    container.onlyControl().releaseChannel(info("server", ANY, ANY));
    link.settle();
    assertEquals(List.of("600>35 CREATE server", "600>35 DESTROY server"), link.sent);
  }

  @Test
  void anEmptyNameIsRefused() {
    assertErrno(Errno.EINVAL, () -> container.onlyControl().createEndpoint(info("", ANY, 9)));
    assertErrno(Errno.EINVAL, () -> container.onlyControl().createChannel(info("", ANY, 9)));
    assertEquals(List.of(), endpointNames());
  }

  @Test
  void namesThatDoNotFitTheWireDoNotGetHere() {
    for (String name : List.of("x".repeat(32), "x".repeat(100_000), "a\0b", "\u20ac")) {
      assertThrows(IllegalArgumentException.class, () -> info(name, ANY, 9));
    }
  }

  @Test
  void oddNamesThatFitAreTaken() throws Exception {
    for (String name : List.of("x".repeat(31), " ", "\u00e4\u00ff", "\u001b[2J")) {
      EndpointDevice device = container.onlyControl().createEndpoint(info(name, ANY, 9));
      assertEquals(name, device.info().name());
      device.open().close();
      device.destroy();
    }
  }

  @Test
  void whereATransportHasNoChannelsTheControlDeviceHasNone() {
    link.withoutChannels();
    assertErrno(Errno.ENXIO, () -> container.onlyControl().createChannel(info("a", ANY, 9)));
    assertErrno(Errno.ENXIO, () -> container.onlyControl().releaseChannel(info("a", ANY, 9)));
  }

  @Test
  void whenTheLinkGoesItGoesWithAllThatItMade() throws Exception {
    ControlDevice control = container.onlyControl();
    EndpointDevice device = container.endpoint(ANY, 9);
    link.close();
    assertEquals(List.of(), container.controls);
    assertEquals(List.of(), container.endpoints);
    assertFalse(device.exists());
    assertErrno(Errno.ENODEV, () -> control.createEndpoint(info("late", ANY, 9)));
    assertErrno(Errno.ENODEV, () -> control.createChannel(info("late", ANY, 9)));
    assertEquals(List.of(), container.endpoints);
  }

  @Test
  void aChannelOfThePeersThatIsCalledSoIsNoControlDevice() {
    link.announced("rpmsg_ctrl", 9);
    assertEquals(List.of("rpmsg_ctrl0 virtio0"), names(container.controls));
    link.withdrawn("rpmsg_ctrl", 9);
    assertEquals(List.of("rpmsg_ctrl0 virtio0"), names(container.controls));
  }

  @Test
  void whileTheBundleStopsNothingIsMadeAndNoNumberIsLost() throws Exception {
    container.stopping = true;
    assertErrno(Errno.ENODEV, () -> container.onlyControl().createEndpoint(info("late", ANY, 9)));
    container.link("virtio1");
    container.stopping = false;
    assertEquals("rpmsg0", container.endpoint(ANY, 9).name());
    container.link("virtio2");
    assertEquals(List.of("rpmsg_ctrl0 virtio0", "rpmsg_ctrl1 virtio2"), names(container.controls));
  }

  @Test
  void whoSeesADeviceFirstMayDestroyItAtOnce() throws Exception {
    container.onShow =
        device -> {
          try {
            device.destroy();
          } catch (RpmsgException e) {
            throw new AssertionError(e);
          }
        };
    EndpointDevice device = container.endpoint(ANY, 9);
    assertFalse(device.exists());
    assertEquals(List.of(), endpointNames());
    assertErrno(Errno.EPIPE, device::open);
  }

  @Test
  void manyThreadsMakeAndDestroyDevicesAtOnce() throws Exception {
    ControlDevice control = container.onlyControl();
    var tasks =
        Stream.generate(() ->
                rpmsg.chardev.internal.Bounded.start(() -> {
                  for (int i = 0; i < 200; i++) {
                    EndpointDevice device = control.createEndpoint(info("many", ANY, 9));
                    device.open();
                    device.destroy();
                  }
                  return true;
                }))
            .limit(8)
            .toList();
    for (var task : tasks) {
      assertTrue(rpmsg.chardev.internal.Bounded.get(task));
    }
    assertEquals(List.of(), endpointNames());
    assertEquals(0, link.space.endpoints().size(), "endpoints are left");
    assertEquals("rpmsg0", container.endpoint(ANY, 9).name());
  }
}
