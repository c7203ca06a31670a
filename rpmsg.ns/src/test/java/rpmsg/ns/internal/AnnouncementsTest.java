// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.NameService;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.core.testing.RecordingLog;

/** What announcements do, good and bad ones, with a link that is not virtio. */
class AnnouncementsTest {
  private static final int ANY = RpmsgAddress.ANY;

  private final RecordingLog log = new RecordingLog();
  private final Link link = new Link();
  private NameService.Binding binding;

  @BeforeEach
  void attach() throws Exception {
    binding = Configs.component(log, 1024).attach(link.space, Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    link.close();
  }

  @Test
  void lx012_channelsDstIsTheBodysAddressNotTheHeadersSrc() throws Exception {
    byte[] body = new NameServiceMessage("svc", 0x400, false).encode(ByteOrder.LITTLE_ENDIAN);
    link.receiveAndSettle(RpmsgMessage.of(0x401, 53, body));
    assertEquals(List.of(0x400), link.addresses());
  }

  @Test
  void lx010_garbageAfterTheNameIsNotPartOfIt() throws Exception {
    byte[] body = new NameServiceMessage("svc", 7, false).encode(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(body, 4, 32, (byte) 0xee);
    link.receiveAndSettle(Datagram.toNameService(body));
    assertEquals(List.of("svc"), link.names());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 39, 41, 496})
  void lx095_otherLengthsAreConsumedAndCounted(int length) throws Exception {
    byte[] body = Arrays.copyOf(Datagram.create("svc", 7).toByteArray(), length);
    assertTrue(link.space.deliver(Datagram.toNameService(body)));
    link.settle();
    assertEquals(List.of(), link.names());
    assertCounted("1 malformed");
    assertEquals(
        List.of("WARN link0: malformed ns msg (" + length + "), expected 40 bytes; 1 so far"),
        log.lines("WARN"));
  }

  @Test
  void lx095_malformedMessagesCannotFloodTheLog() throws Exception {
    for (int i = 0; i < 2500; i++) {
      link.receive(Datagram.toNameService(new byte[39]));
    }
    assertCounted("2500 malformed");
    assertEquals(3, log.lines("WARN").size());
  }

  @Test
  void lx096_unterminatedNameKeeps31Characters() throws Exception {
    byte[] body = new byte[40];
    Arrays.fill(body, 0, 32, (byte) 'x');
    link.receiveAndSettle(Datagram.toNameService(body));
    assertEquals(List.of("x".repeat(31)), link.names());
  }

  @Test
  void lx097_createMakesAChannelWithSrcAny() throws Exception {
    link.receiveAndSettle(Datagram.create("rpmsg-client-sample", 0x400));
    RpmsgChannel channel = link.channels().getFirst();
    assertEquals("rpmsg-client-sample", channel.name());
    assertEquals(ANY, channel.src());
    assertEquals(0x400, channel.dst());
    assertFalse(channel.announce());
    assertCounted("1 created");
  }

  @Test
  void lx098_destroyRemovesTheChannelAndItsDriver() throws Exception {
    CountingDriver driver = new CountingDriver();
    link.add(driver, "svc");
    link.receiveAndSettle(Datagram.create("svc", 7));
    RpmsgChannel channel = link.channels().getFirst();
    assertEquals(1, driver.probed.size());

    link.receiveAndSettle(Datagram.destroy("svc", 7));

    assertFalse(channel.isOpen());
    assertEquals(List.of(), link.channels());
    assertEquals(driver.probed, driver.removed);
    assertCounted("1 released");
  }

  @Test
  void lx099_destroyOfNothingHasNoEffect() throws Exception {
    link.receiveAndSettle(
        Datagram.create("svc", 7), Datagram.destroy("svc", 8), Datagram.destroy("svb", 7));
    assertEquals(List.of("svc"), link.names());
    assertCounted("2 unknown");
    assertEquals(1, log.lines("WARN").size());
  }

  @Test
  void lx100_secondCreateLeavesTheFirstIntact() throws Exception {
    CountingDriver driver = new CountingDriver();
    link.add(driver, "svc");
    link.receiveAndSettle(Datagram.create("svc", 7));
    RpmsgChannel first = link.channels().getFirst();

    link.receiveAndSettle(Datagram.create("svc", 7));

    assertEquals(List.of(first), link.channels());
    assertTrue(first.isOpen());
    assertEquals(1, driver.probed.size());
    assertCounted("1 known already");
    assertEquals(List.of(), log.lines("WARN"));
  }

  @Test
  void lx063_sameNameAtAnotherAddressIsAnotherChannel() throws Exception {
    link.receiveAndSettle(Datagram.create("svc", 7), Datagram.create("svc", 8));
    assertEquals(List.of(7, 8), link.addresses());
  }

  @Test
  void lx065_createWithAddressAnyIsRefusedWhereTheNameIsKnown() throws Exception {
    link.receiveAndSettle(Datagram.create("svc", ANY));
    assertEquals(List.of(ANY), link.addresses());
    link.receiveAndSettle(Datagram.create("other", 7), Datagram.create("other", ANY));
    assertEquals(List.of(ANY, 7), link.addresses());
    assertCounted("1 known already");
  }

  @Test
  void lx067_destroyWithAddressAnyRemovesTheFirstOfThatName() throws Exception {
    link.receiveAndSettle(
        Datagram.create("svc", 7), Datagram.create("svc", 8), Datagram.destroy("svc", ANY));
    assertEquals(List.of(8), link.addresses());
  }

  @Test
  void lx101_onlyBitZeroOfTheFlagsCounts() throws Exception {
    link.receiveAndSettle(withFlags("svc", 7, 2));
    assertEquals(List.of("svc"), link.names());
    link.receiveAndSettle(withFlags("svc", 7, 3));
    assertEquals(List.of(), link.names());
  }

  @Test
  void lx102_announcedChannelIsNeverAnnouncedBack() throws Exception {
    CountingDriver driver = new CountingDriver();
    link.add(driver, "svc");
    link.receiveAndSettle(Datagram.create("svc", 7), Datagram.destroy("svc", 7));
    assertEquals(1, driver.removed.size());
    assertEquals(List.of(), link.sent);
  }

  @Test
  void lx106_peerCannotDestroyTheNameService() throws Exception {
    link.receiveAndSettle(Datagram.destroy("rpmsg_ns", 53), Datagram.destroy("rpmsg_ns", ANY));
    assertTrue(link.space.bound(53));
    link.receiveAndSettle(Datagram.create("svc", 7));
    assertEquals(List.of("svc"), link.names());
    assertCounted("2 unknown");
  }

  @Test
  void lx106_peerThatAnnouncesTheNamesOwnEndpointDestroysOnlyItsChannel() throws Exception {
    link.receiveAndSettle(Datagram.create("rpmsg_ns", 53), Datagram.destroy("rpmsg_ns", 53));
    assertTrue(link.space.bound(53));
    assertEquals(List.of(), link.names());
  }

  @Test
  void lx107_peerCannotDestroyALocalChannel() throws Exception {
    RpmsgChannel control = link.space.createChannel(new ChannelInfo("rpmsg_ctrl", 0, 0));
    RpmsgChannel server = link.space.createChannel(new ChannelInfo("server", 100, ANY));
    link.receiveAndSettle(
        Datagram.destroy("rpmsg_ctrl", 0),
        Datagram.destroy("rpmsg_ctrl", ANY),
        Datagram.destroy("server", ANY));
    assertTrue(control.isOpen());
    assertTrue(server.isOpen());
    assertEquals(List.of(control, server), link.channels());
    assertCounted("3 unknown");
  }

  @Test
  void lx110_nothingIsAnswered() throws Exception {
    link.receiveAndSettle(
        Datagram.create("svc", 7),
        Datagram.create("svc", 7),
        Datagram.destroy("svc", 7),
        Datagram.destroy("svc", 7),
        Datagram.toNameService(new byte[3]));
    assertEquals(List.of(), link.sent);
  }

  @Test
  void emptyNameIsAccepted() throws Exception {
    link.receiveAndSettle(Datagram.create("", 7));
    assertEquals(List.of(""), link.names());
  }

  @Test
  void nameWithControlCharactersIsEscapedInTheLog() throws Exception {
    link.receiveAndSettle(Datagram.destroy("a\r\n\u001b[2J\"\\\u00e9", 7));
    assertTrue(
        log.lines("WARN").getFirst().contains("DESTROY \"a\\x0d\\x0a\\x1b[2J\"\\\\xe9\" 0x7"),
        log.lines("WARN").getFirst());
  }

  @Test
  void announcementIsCopiedBeforeReceiveReturns() throws Exception {
    CountDownLatch go = link.holdControlQueue();
    RpmsgMessage message = Datagram.create("svc", 7);
    link.receive(message);
    Arrays.fill(message.toByteArray(), (byte) 'x');
    go.countDown();
    link.settle();
    assertEquals(List.of("svc"), link.names());
  }

  @Test
  void driversAreProbedOffTheReceiveThreadWhichGoesOn() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicReference<Thread> prober = new AtomicReference<>();
    CountingDriver driver =
        new CountingDriver() {
          @Override
          public void probe(RpmsgChannel channel) {
            prober.set(Thread.currentThread());
            if (await(answered)) {
              super.probe(channel);
            }
          }
        };
    link.add(driver, "svc");
    link.space.createEndpoint(9, message -> answered.countDown());

    link.receive(Datagram.create("svc", 7), RpmsgMessage.of(7, 9, new byte[1]));
    link.settle();

    assertNotSame(Thread.currentThread(), prober.get());
    assertEquals(1, driver.probed.size());
  }

  @Test
  void failingDriverDoesNotStopTheAnnouncementsAfterIt() throws Exception {
    CountingDriver driver =
        new CountingDriver() {
          @Override
          public void probe(RpmsgChannel channel) {
            throw new IllegalStateException("broken");
          }
        };
    link.add(driver, "bad");
    link.receiveAndSettle(Datagram.create("bad", 7), Datagram.create("good", 8));
    assertEquals(List.of("bad", "good"), link.names());
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  private static RpmsgMessage withFlags(String name, int address, int flags) {
    byte[] body = new NameServiceMessage(name, address, false).encode(ByteOrder.LITTLE_ENDIAN);
    body[36] = (byte) flags;
    return Datagram.toNameService(body);
  }

  private void assertCounted(String count) {
    assertTrue(
        Arrays.asList(binding.toString().split(": |, ")).contains(count), binding.toString());
  }
}
