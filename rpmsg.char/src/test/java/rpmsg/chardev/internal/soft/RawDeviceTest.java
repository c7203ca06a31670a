// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;
import static rpmsg.chardev.internal.soft.TestContainer.ANY;
import static rpmsg.chardev.internal.soft.TestContainer.bytes;
import static rpmsg.chardev.internal.soft.TestContainer.read;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.EndpointDevice.Counters;
import rpmsg.chardev.internal.Bounded;
import rpmsg.chardev.internal.Port;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.internal.DriverEntry;

/** Devices over the default endpoints of rpmsg-raw and rpmsg_chrdev channels. */
@Timeout(60)
class RawDeviceTest {
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

  private EndpointDevice announced(String name) {
    link.announced(name, 0x99);
    return container.endpoints.getLast();
  }

  @Test
  void bothNamesGetADeviceThatGoesWithTheChannel() {
    EndpointDevice raw = announced("rpmsg-raw");
    EndpointDevice chrdev = announced("rpmsg_chrdev");
    assertEquals(new ChannelInfo("rpmsg-raw", 1024, 0x99), raw.info());
    assertEquals(new ChannelInfo("rpmsg_chrdev", 1025, 0x99), chrdev.info());
    link.announced("rpmsg-raw2", 0x9a);
    assertEquals(List.of(raw, chrdev), container.endpoints);
    link.withdrawn("rpmsg-raw", 0x99);
    assertEquals(List.of(chrdev), container.endpoints);
    assertErrno(Errno.ENETRESET, raw::open);
    assertTrue(chrdev.exists());
  }

  @Test
  void lx165_usersCannotDestroyIt() throws Exception {
    EndpointDevice raw = announced("rpmsg-raw");
    try (EndpointChannel channel = raw.open()) {
      assertErrno(Errno.EINVAL, raw::destroy);
      assertEquals(1, channel.write(bytes("x")));
    }
    assertTrue(raw.exists());
  }

  @Test
  void lx173_itsAddressIsTheSameForEachOpener() throws Exception {
    EndpointDevice raw = announced("rpmsg-raw");
    for (int i = 0; i < 3; i++) {
      try (EndpointChannel channel = raw.open()) {
        assertEquals(1024, channel.address());
        assertErrno(Errno.EBUSY, raw::open);
        channel.write(bytes("m" + i));
      }
      assertTrue(link.space.bound(1024), "the endpoint stays when an opener closes");
    }
    assertEquals(List.of("400>99 m0", "400>99 m1", "400>99 m2"), link.sent);
  }

  @Test
  void lx174_whatCameBeforeTheFirstOpenerIsRead() throws Exception {
    EndpointDevice raw = announced("rpmsg-raw");
    link.receive(1024, "early");
    try (EndpointChannel channel = raw.open()) {
      assertEquals("early", read(channel));
    }
  }

  @Test
  void lx174_whatComesBetweenTwoOpenersIsThrownAwayAndCounted() throws Exception {
    EndpointDevice raw = announced("rpmsg-raw");
    EndpointChannel first = raw.open();
    link.receive(1024, "left by the first");
    first.close();
    link.receive(1024, "between");
    try (EndpointChannel second = raw.open()) {
      assertErrno(Errno.EAGAIN, () -> read(second));
      link.receive(1024, "new");
      assertEquals("new", read(second));
    }
    assertEquals(new Counters(2, 0, 0, 2), raw.counters());
  }

  @Test
  void lx174_whoAsksForItGetsWhatCameBetweenTwoOpenersButNotWhatTheFirstLeft() throws Exception {
    container.settings = new Settings(2, true);
    EndpointDevice raw = announced("rpmsg-raw");
    EndpointChannel first = raw.open();
    link.receive(1024, "left by the first");
    first.close();
    link.receive(1024, "between 1");
    link.receive(1024, "between 2");
    link.receive(1024, "too many");
    try (EndpointChannel second = raw.open()) {
      assertEquals("between 1", read(second));
      assertEquals("between 2", read(second));
      assertErrno(Errno.EAGAIN, () -> read(second));
    }
    assertEquals(new Counters(3, 0, 1, 1), raw.counters());
  }

  @Test
  void lx176_beforeTheFirstOpenerTheQueueIsBoundedToo() throws Exception {
    container.settings = new Settings(5, false);
    EndpointDevice raw = announced("rpmsg-raw");
    for (int i = 0; i < 100; i++) {
      link.receive(1024, "m" + i);
    }
    assertEquals(new Counters(5, 0, 95, 0), raw.counters());
    try (EndpointChannel channel = raw.open()) {
      assertEquals("m0", read(channel));
    }
  }

  @Test
  void lx176_devicesThatNobodyHasOpenShareOneQueueForEachLink() throws Exception {
    container.settings = new Settings(5, false);
    EndpointDevice first = announced("rpmsg-raw");
    EndpointDevice second = announced("rpmsg_chrdev");
    TestLink other = container.link("virtio1");
    other.announced("rpmsg-raw", 0x99);
    EndpointDevice elsewhere = container.endpoints.getLast();
    for (int i = 0; i < 4; i++) {
      link.receive(1024, "m");
      link.receive(1025, "m");
      other.receive(1024, "m");
    }
    assertEquals(new Counters(3, 0, 1, 0), first.counters());
    assertEquals(new Counters(2, 0, 2, 0), second.counters());
    assertEquals(new Counters(4, 0, 0, 0), elsewhere.counters());
    try (EndpointChannel channel = first.open()) {
      assertEquals("m", read(channel));
      for (int i = 0; i < 10; i++) {
        link.receive(1025, "m");
      }
      assertEquals(5, second.counters().received(), "what is opened makes room");
    }
    link.withdrawn("rpmsg_chrdev", 0x99);
    link.announced("rpmsg_chrdev", 0x9a);
    for (int i = 0; i < 10; i++) {
      link.receive(1025, "m");
    }
    assertEquals(new Counters(5, 0, 5, 0), container.endpoints.getLast().counters());
  }

  @Test
  void aDeviceWhoseChannelIsJustGoingIsNotForgottenForAnother() throws Exception {
    EndpointDevice first = announced("rpmsg-raw");
    TestLink other = container.link("virtio1");
    container.onUnregister =
        () -> {
          container.onUnregister = () -> {};
          other.announced("rpmsg-raw", 0x99);
        };
    link.withdrawn("rpmsg-raw", 0x99);
    assertFalse(first.exists());
    assertEquals(
        List.of("virtio1"), container.endpoints.stream().map(EndpointDevice::transport).toList());
  }

  @Test
  void lx161_aLocalServerHasNoDestinationAndIsAnnounced() throws Exception {
    container.onlyControl().createChannel(new ChannelInfo("rpmsg-raw", 0x64, ANY));
    link.settle();
    assertEquals(List.of("64>35 CREATE rpmsg-raw"), link.sent);
    try (EndpointChannel channel = container.endpoints.getFirst().open()) {
      assertEquals(0x64, channel.address());
      assertErrno(Errno.EINVAL, () -> channel.write(bytes("x")));
      link.receive(0x64, "hello");
      assertEquals("hello", read(channel));
    }
  }

  @Test
  void lx155_whenTheChannelGoesItsReadersGetEpipe() throws Exception {
    EndpointDevice raw = announced("rpmsg-raw");
    try (EndpointChannel channel = raw.open()) {
      CompletableFuture<Integer> reader = Bounded.start(() -> channel.read(ByteBuffer.allocate(8)));
      link.withdrawn("rpmsg-raw", 0x99);
      assertErrno(Errno.EPIPE, reader);
      assertErrno(Errno.EPIPE, () -> channel.write(bytes("x")));
    }
    assertFalse(raw.exists());
    assertFalse(link.space.bound(1024));
  }

  @Test
  void otherEndpointsOfTheChannelAreNoConcernOfTheDevices() throws Exception {
    announced("rpmsg-raw");
    var channel = List.copyOf(link.space.channels()).getLast();
    try (var own = channel.createEndpoint(ANY, message -> {})) {
      own.send(java.lang.foreign.MemorySegment.ofArray(new byte[] {'p'}));
      assertEquals(List.of("401>99 p"), link.sent);
    }
  }

  @Test
  void aReaderThatClosedTakesNothingFromTheNext() throws Exception {
    Tally tally = new Tally();
    MessageQueue queue = new MessageQueue(() -> container.settings, tally, new Backlog());
    Port.Events first = () -> {};
    Port.Events second = () -> {};
    queue.open(first);
    queue.close(first);
    queue.open(second);
    queue.close(first);
    try (var endpoint = link.space.createEndpoint(0x700, queue)) {
      link.receive(0x700, "for the second");
      var target = java.lang.foreign.MemorySegment.ofArray(new byte[32]);
      assertErrno(Errno.EPIPE, () -> queue.take(first, target));
      assertEquals(14, queue.take(second, target));
      assertTrue(endpoint.isOpen());
    }
  }

  @Test
  void aProbeThatFailsLeavesNothing() throws Exception {
    container.stopping = true;
    link.announced("rpmsg-raw", 0x99);
    container.stopping = false;
    assertEquals(List.of(), container.endpoints);
    assertFalse(link.space.bound(1024));
    EndpointDevice next = container.endpoint(ANY, 9);
    assertEquals("rpmsg0", next.name());
    container.bus.remove(container.rawEntry);
    DriverEntry again = container.add(RawDriver.NAME, container.raw, RawDriver.ID_TABLE);
    link.settle();
    assertEquals("rpmsg1", container.endpoints.getLast().name());
    container.bus.remove(again);
    assertEquals(List.of(next), container.endpoints);
  }
}
