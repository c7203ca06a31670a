// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgException;

/** Channels by name and addresses (LX056 to LX068). */
class ChannelTest {
  private static final int ANY = RpmsgAddress.ANY;

  private final TestBus bus = new TestBus();
  private final TestLink link = new TestLink(bus);

  @AfterEach
  void close() {
    bus.close();
  }

  private Channel create(String name, int src, int dst) throws RpmsgException {
    return link.channel(new ChannelInfo(name, src, dst));
  }

  private List<String> devices() {
    return link.space.channels().stream().map(RpmsgChannel::deviceName).toList();
  }

  private static void assertRefused(Errno expected, TestLink.Task task) {
    RpmsgException refused = assertThrows(RpmsgException.class, task::run);
    assertEquals(expected, refused.errno(), refused::getMessage);
  }

  @Test
  void lx056_deviceNameHasSignedDecimalAddresses() throws Exception {
    assertEquals(
        "virtio0.rpmsg-client-sample.-1.1024",
        create("rpmsg-client-sample", ANY, 1024).deviceName());
    assertEquals("virtio0.s.53.-1", create("s", 53, ANY).deviceName());
    assertEquals("virtio0.h.-1.-2147483648", create("h", ANY, 0x80000000).deviceName());
  }

  @Test
  void lx057_deviceNameStaysWhenSrcIsKnown() throws Exception {
    bus.add(bus.driver("d"), "sample");
    Channel channel = create("sample", ANY, 9);
    assertEquals(1024, channel.src());
    assertEquals("virtio0.sample.-1.9", channel.deviceName());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rpmsg-client-sample", "", "a b", "\u00e4\u0001"})
  void lx058_modaliasIsRpmsgColonName(String name) throws Exception {
    assertEquals("rpmsg:" + name, create(name, ANY, 9).modalias());
  }

  @Test
  void theServicePropertiesAreAsTheChannelIsNow() throws Exception {
    Channel channel = create("sample", ANY, 0x80000000);
    assertEquals(
        Map.of(
            "rpmsg.name", "sample",
            "rpmsg.src", 0xFFFFFFFFL,
            "rpmsg.dst", 0x80000000L,
            "rpmsg.transport", "virtio0",
            "rpmsg.device", "virtio0.sample.-1.-2147483648",
            "rpmsg.modalias", "rpmsg:sample",
            "rpmsg.announce", false),
        channel.serviceProperties());
    bus.add(bus.driver("d"), "sample");
    link.settle();
    assertEquals(1024L, channel.serviceProperties().get("rpmsg.src"));
    assertEquals(true, create("server", 30, ANY).serviceProperties().get("rpmsg.announce"));
  }

  @Test
  void lx059_theModaliasIsThereWhenTheChannelIsShown() throws Exception {
    create("sample", ANY, 9);
    assertEquals(List.of("register sample"), bus.events);
    assertEquals("rpmsg:sample", bus.services.getFirst().modalias());
  }

  @ParameterizedTest
  @CsvSource({"0,0x0", "53,0x35", "1024,0x400", "-1,0xffffffff", "-2147483648,0x80000000"})
  void lx060_addressesArePrintedAsLowerCaseHex(int address, String text) {
    assertEquals(text, RpmsgAddress.format(address));
    assertEquals(address, RpmsgAddress.parse(text));
    assertTrue(new ChannelInfo("n", address, 1).toString().equals("n:" + text + ":0x1"));
  }

  @Test
  void lx060_addressesAreReadInEveryUsualForm() {
    assertEquals(0x500, RpmsgAddress.parse("0X500"));
    assertEquals(0xFFFFFFFE, RpmsgAddress.parse("4294967294"));
    assertEquals(ANY, RpmsgAddress.parse("any"));
    for (String bad : List.of("", "0x", "-1", "4294967296", "0x100000000", "5 ", "abc")) {
      assertThrows(NumberFormatException.class, () -> RpmsgAddress.parse(bad), bad);
    }
  }

  @Test
  void lx061_onlyChannelsWithAFixedSrcAreAnnounced() throws Exception {
    bus.add(bus.driver("d"), "a", "b");
    assertTrue(create("a", 0x300, ANY).announce());
    assertFalse(create("b", ANY, 9).announce());
    link.announced("c", 9);
    assertFalse(((Channel) bus.services.getLast()).announce());
  }

  @Test
  void lx062_aSecondChannelOfTheSameNameAndAddressesIsRefused() throws Exception {
    Channel first = create("sample", ANY, 9);
    assertRefused(Errno.EEXIST, () -> create("sample", ANY, 9));
    assertRefused(Errno.EEXIST, () -> link.announced("sample", 9));
    assertTrue(first.isOpen());
    assertEquals(List.of("virtio0.sample.-1.9"), devices());
  }

  @Test
  void lx062_aQueryWithAFixedSrcIsADuplicateOfThatSrcOnly() throws Exception {
    bus.add(bus.driver("d"), "sample");
    create("sample", ANY, 9);
    assertRefused(Errno.EEXIST, () -> create("sample", 1024, 9));
    assertRefused(Errno.EEXIST, () -> create("sample", 1024, ANY));
    create("sample", 1025, 9);
    assertRefused(Errno.EEXIST, () -> create("sample", ANY, 9));
    assertEquals(2, devices().size());
  }

  @Test
  void lx062_afterReleaseItCanBeCreatedAgainAtOnce() throws Exception {
    ChannelInfo info = new ChannelInfo("sample", 0x300, 9);
    bus.add(bus.driver("d"), "sample");
    link.channel(info);
    link.space.releaseChannel(info);
    RpmsgChannel again = link.space.createChannel(info);
    link.settle();
    assertEquals("d", again.driver());
    assertEquals(List.of(again), bus.services);
  }

  @Test
  void lx062_ofEightThreadsThatCreateTheSameChannelExactlyOneDoes() throws Exception {
    ChannelInfo info = new ChannelInfo("sample", ANY, 9);
    CyclicBarrier start = new CyclicBarrier(8);
    Callable<Integer> creator =
        () -> {
          start.await();
          try {
            link.space.createChannel(info);
            return 1;
          } catch (RpmsgException refused) {
            assertEquals(Errno.EEXIST, refused.errno());
            return 0;
          }
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int round = 0; round < 50; round++) {
        int created = 0;
        for (Future<Integer> one : threads.invokeAll(Collections.nCopies(8, creator))) {
          created += one.get();
        }
        assertEquals(1, created);
        link.settle();
        assertEquals(1, bus.services.size());
        link.release(info);
      }
    }
  }

  @Test
  void lx063_theSameNameWithAnotherDstIsAnotherChannel() throws Exception {
    create("sample", ANY, 9);
    create("sample", ANY, 10);
    link.announced("sample", 11);
    assertEquals(3, bus.services.size());
  }

  @Test
  void lx064_aRemoteCreateMakesASecondChannelBesideTheLocalServer() throws Exception {
    bus.add(bus.driver("d"), "svc");
    Channel server = create("svc", 0x300, ANY);
    link.announced("svc", 0x400);
    assertEquals(List.of("virtio0.svc.768.-1", "virtio0.svc.-1.1024"), devices());
    assertNotEquals(server.src(), bus.services.getLast().src());
  }

  @Test
  void lx065_aRemoteCreateOfAddressAnyIsRefusedWhereTheNameIsKnown() throws Exception {
    create("sample", ANY, 9);
    assertRefused(Errno.EEXIST, () -> link.announced("sample", ANY));
    link.announced("other", ANY);
    assertEquals(2, devices().size());
  }

  @Test
  void lx066_releasingWhatIsNotThereIsEinval() throws Exception {
    create("sample", ANY, 9);
    assertRefused(Errno.EINVAL, () -> link.release(new ChannelInfo("sample", ANY, 10)));
    assertRefused(Errno.EINVAL, () -> link.release(new ChannelInfo("sample", 5, 9)));
    assertRefused(Errno.EINVAL, () -> link.release(new ChannelInfo("sampl", ANY, ANY)));
    assertEquals(1, bus.services.size());
  }

  @Test
  void lx067_releasingByNameRemovesTheFirst() throws Exception {
    create("other", ANY, 9);
    Channel first = create("sample", ANY, 9);
    Channel second = create("sample", ANY, 10);
    link.release(new ChannelInfo("sample", ANY, ANY));
    assertFalse(first.isOpen());
    assertTrue(second.isOpen());
    link.release(new ChannelInfo("sample", ANY, ANY));
    assertEquals(List.of("virtio0.other.-1.9"), devices());
  }

  @Test
  void lx067_thePeerReleasesOnlyWhatItAnnounced() throws Exception {
    Channel local = create("sample", ANY, 9);
    ChannelInfo query = new ChannelInfo("sample", ANY, 9);
    assertRefused(
        Errno.EINVAL, () -> link.onControlQueue(() -> link.space.releaseAnnounced(query)));
    assertTrue(local.isOpen());
    link.announced("sample", 10);
    assertEquals(1, link.space.announced());
    link.onControlQueue(() -> link.space.releaseAnnounced(new ChannelInfo("sample", ANY, ANY)));
    assertEquals(0, link.space.announced());
    assertEquals(List.of(local), bus.services);
  }

  @Test
  void lx068_aTransportWithoutChannelsRefusesBoth() {
    link.withoutChannels();
    ChannelInfo info = new ChannelInfo("sample", ANY, 9);
    assertRefused(Errno.ENXIO, () -> link.space.createChannel(info));
    assertRefused(Errno.ENXIO, () -> link.space.releaseChannel(info));
    assertEquals(0, devices().size());
  }

  @Test
  void aNameHasAtMost31BytesWithoutNul() {
    List<String> bad = new ArrayList<>(List.of("x".repeat(32), "a\0b", "\u0100"));
    for (String name : bad) {
      assertThrows(IllegalArgumentException.class, () -> new ChannelInfo(name, 1, 2), name);
    }
    assertEquals(31, new ChannelInfo("x".repeat(31), 1, 2).name().length());
  }
}
