// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostConfig;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringState;

/** The protocol features that are off by default. */
@Timeout(60)
class VhostFeaturesTest extends VhostTest {
  private static final long MQ = 1;
  private static final long CONFIG = 1 << 9;
  private static final long INBAND = 1 << 14;
  private static final long STATUS = 1 << 16;

  @Test
  void onlyTwoAreOfferedByDefault() throws Exception {
    listen();
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest)) {
      assertEquals(0x28, front.ask(VhostRequest.GET_PROTOCOL_FEATURES));
      assertEquals(0x1_4000_0001L, front.ask(VhostRequest.GET_FEATURES));
    }
  }

  @Test
  void thereAreTwoQueues() throws Exception {
    listen(VhostFeature.MQ);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | MQ).hello()) {
      assertEquals(2, front.ask(VhostRequest.GET_QUEUE_NUM));
    }
  }

  @Test
  void theConfigurationSpaceCanBeReadAndNotWritten() throws Exception {
    byte[] space = {1, 11, 0, 0, 2, 0, 0, 0, 4, 0, 0};
    listen(
        LinkOptions.DEFAULT
            .withFeatures(3)
            .withConfig(space)
            .withVhost(offering(VhostFeature.CONFIG)));
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | CONFIG).hello()) {
      assertEquals(TestFrontend.OFFERED | 2, front.ask(VhostRequest.GET_FEATURES));
      assertArrayEquals(space, read(front, 0, 11));
      assertArrayEquals(new byte[] {0, 2, 0, 0}, read(front, 3, 4));
      assertThrows(VhostException.class, () -> read(front, 8, 4));
      assertThrows(
          IOException.class,
          () ->
              front.command(
                  VhostMessage.of(
                      VhostRequest.SET_CONFIG,
                      new VhostConfig(0, 0, MemorySegment.ofArray(new byte[] {2})))));
      assertArrayEquals(space, read(front, 0, 11));
    }
  }

  private static byte[] read(TestFrontend front, int offset, int size) throws VhostException {
    VhostConfig asked = new VhostConfig(offset, 0, MemorySegment.ofArray(new byte[size]));
    try (VhostMessage reply = front.reply(VhostMessage.of(VhostRequest.GET_CONFIG, asked))) {
      return reply.config().bytes().toArray(ValueLayout.JAVA_BYTE);
    }
  }

  @Test
  void driverOkInTheStatusStandsForTheKickAndZeroResets() throws Exception {
    listen(VhostFeature.STATUS);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | STATUS).uml()) {
      status(front, 11);
      assertTrue(node.ready.isEmpty());
      status(front, 15);
      RpmsgTransport space = node.awaitReady();
      assertEquals(15, front.ask(VhostRequest.GET_STATUS));
      status(front, 0);
      assertEquals(0, front.ask(VhostRequest.GET_STATUS));
      assertTrue(node.ready.isEmpty(), "answered while the session ran");
      guest.layOut();
      front.umlBinds();
      guest.kick(0);
      nextReady(space);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
    }
  }

  private static void status(TestFrontend front, long value) throws IOException {
    front.command(VhostMessage.of(VhostRequest.SET_STATUS, value));
  }

  @Test
  void aBrokenRingIsSeenInTheStatusAndToldOnTheBackChannel() throws Exception {
    listen(VhostFeature.STATUS);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | STATUS).uml()) {
      status(front, 15);
      node.awaitReady();
      guest.queue1.availIndex(9999);
      guest.kick(1);
      try (VhostMessage told =
          front.backChannel.receive(System.nanoTime() + TestNode.BOUND.toNanos())) {
        assertEquals(VhostRequest.BACKEND_CONFIG_CHANGE_MSG, told.request());
      }
      assertEquals(15 | 0x40, front.ask(VhostRequest.GET_STATUS));
    }
  }

  private static void kickByMessages(TestGuest guest, TestFrontend front) {
    guest.kicker =
        queue -> {
          try {
            front.state(VhostRequest.VRING_KICK, queue, 0);
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
  }

  @Test
  void kicksAndCallsCanBeMessages() throws Exception {
    listen(VhostFeature.INBAND);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | INBAND).uml()) {
      kickByMessages(guest, front);
      assertTrue(node.ready.isEmpty());
      guest.kick(0);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 3 * TestGuest.NUM);
      try (VhostMessage call =
          front.backChannel.receive(System.nanoTime() + TestNode.BOUND.toNanos())) {
        assertEquals(VhostRequest.BACKEND_VRING_CALL, call.request());
        assertEquals(new VringState(0, 0), call.state());
      }
    }
  }

  private static void closed(VhostChannel channel) {
    channel.close();
  }

  @Test
  void aBackChannelThatNobodyReadsStopsNothing() throws Exception {
    listen(VhostFeature.INBAND);
    try (TestGuest guest = new TestGuest(false);
        TestFrontend front = connect(guest, TestFrontend.BASIC | INBAND).uml()) {
      kickByMessages(guest, front);
      guest.kick(0);
      echo();
      assertEquals("rpmsg-echo", guest.announced());
      expectEchoes(guest, 3_000);
      closed(front.backChannel);
      expectEchoes(guest, 1_000);
    }
  }
}
