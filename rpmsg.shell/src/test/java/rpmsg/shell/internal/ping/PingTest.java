// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.ping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.shell.internal.FakeChannel;
import rpmsg.shell.internal.FakeEndpoint;

@Timeout(30)
class PingTest {
  private static final Duration SHORT = Duration.ofSeconds(1);

  private final ExecutorService receiveThread = Executors.newSingleThreadExecutor();

  @AfterEach
  void end() {
    receiveThread.shutdownNow();
  }

  /** What an echo does to a message, in place. */
  private interface Mangler {
    RpmsgMessage echo(RpmsgMessage message);
  }

  /** A peer that answers on a thread of its own. */
  private class EchoChannel extends FakeChannel {
    EchoChannel(Mangler mangler) {
      this(mangler, new FakeEndpoint[1]);
    }

    private EchoChannel(Mangler mangler, FakeEndpoint[] endpoint) {
      super("demo", DST, message -> answer(endpoint, mangler.echo(message)));
      this.endpoint = endpoint;
    }

    private final FakeEndpoint[] endpoint;

    @Override
    protected void onCreated(FakeEndpoint created) {
      endpoint[0] = created;
    }
  }

  private void answer(FakeEndpoint[] endpoint, RpmsgMessage message) {
    if (message != null) {
      receiveThread.execute(() -> deliver(endpoint[0], message));
    }
  }

  private static void deliver(FakeEndpoint endpoint, RpmsgMessage message) {
    try {
      endpoint.listener().onMessage(message);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static RpmsgMessage back(RpmsgMessage message) {
    return RpmsgMessage.of(message.dst(), message.src(), message.toByteArray());
  }

  @Test
  void everyEchoIsCountedAndNoTwoMessagesAreTheSame() throws Exception {
    Set<String> seen = new HashSet<>();
    FakeChannel channel =
        new EchoChannel(message -> {
          seen.add(Arrays.toString(message.toByteArray()));
          return back(message);
        });
    PingReport report = new Ping("demo", 1000, 64).run(channel);
    assertTrue(report.right(), report::complaint);
    assertTrue(report.line().startsWith("ping demo: 1000 sent, 1000 received, 0 bad, rtt "));
    assertEquals(1000, seen.size());
    assertFalse(channel.created().isOpen());
  }

  @Test
  void anEmptyMessageAndAFullOneArePinged() throws Exception {
    assertTrue(new Ping("demo", 3, 0).run(new EchoChannel(PingTest::back)).right());
    assertTrue(new Ping("demo", 3, FakeEndpoint.MTU).run(new EchoChannel(PingTest::back)).right());
  }

  @Test
  void aMessageLongerThanTheMtuIsNotSent() throws Exception {
    PingReport report =
        new Ping("demo", 3, FakeEndpoint.MTU + 1).run(new EchoChannel(PingTest::back));
    assertEquals("ping demo: 497 bytes are more than the MTU of 496", report.complaint());
    assertEquals(0, report.sent());
  }

  @Test
  void aChangedByteIsBad() throws Exception {
    PingReport report =
        new Ping("demo", 10, 64)
            .run(
                new EchoChannel(message -> {
                  byte[] bytes = message.toByteArray();
                  bytes[63] ^= bytes[0] == 4 ? (byte) 1 : 0;
                  return RpmsgMessage.of(message.dst(), message.src(), bytes);
                }));
    assertEquals(1, report.bad());
    assertEquals(10, report.received());
    assertFalse(report.right());
  }

  @Test
  void aShorterEchoIsBad() throws Exception {
    PingReport report =
        new Ping("demo", 2, 64)
            .run(new EchoChannel(m -> RpmsgMessage.of(m.dst(), m.src(), new byte[63])));
    assertEquals(2, report.bad());
  }

  @Test
  void aMissingEchoEndsThePing() throws Exception {
    PingReport report =
        new Ping("demo", 10, 64, SHORT)
            .run(new EchoChannel(message -> message.toByteArray()[0] == 4 ? null : back(message)));
    assertEquals(5, report.sent());
    assertEquals(4, report.received());
    assertEquals("ping demo: no echo of message 5 within 1000 ms", report.complaint());
  }

  @Test
  void aRefusedMessageEndsThePing() throws Exception {
    FakeChannel channel =
        new FakeChannel(
            "demo",
            FakeChannel.DST,
            message -> {
              throw new RpmsgException(Errno.ENODEV, "the link is down");
            });
    PingReport report = new Ping("demo", 10, 64).run(channel);
    assertEquals(0, report.sent());
    assertEquals("ping demo: ENODEV: the link is down", report.complaint());
  }

  @Test
  void backPressureWaitsForABuffer() throws Exception {
    FakeChannel channel =
        new EchoChannel(PingTest::back) {
          @Override
          protected void onCreated(FakeEndpoint endpoint) {
            super.onCreated(endpoint);
            endpoint.refuse(1);
            receiveThread.execute(endpoint::becomeWritable);
          }
        };
    Ping ping = new Ping("demo", 3, 8);
    receiveThread.execute(() -> {});
    PingReport report = runAndWake(ping, channel);
    assertTrue(report.right(), report::complaint);
  }

  /** Wakes the sender until the ping is done, as a transport does when buffers come free. */
  private PingReport runAndWake(Ping ping, FakeChannel channel) throws Exception {
    var result = Executors.newVirtualThreadPerTaskExecutor().submit(() -> ping.run(channel));
    while (!result.isDone()) {
      if (channel.created() != null) {
        receiveThread.submit(channel.created()::becomeWritable).get();
      }
      Thread.onSpinWait();
    }
    return result.get();
  }

  @Test
  void aChannelThatGoesEndsThePing() throws Exception {
    FakeChannel channel =
        new EchoChannel(
            message -> {
              return null;
            }) {
          @Override
          protected void onCreated(FakeEndpoint endpoint) {
            super.onCreated(endpoint);
            receiveThread.execute(() -> endpoint.listener().onClosed(endpoint));
          }
        };
    assertEquals(
        "ping demo: the channel went away", new Ping("demo", 1, 1).run(channel).complaint());
  }

  @Test
  void anInterruptEndsTheWait() {
    Thread.currentThread().interrupt();
    assertThrows(
        InterruptedException.class,
        () -> new Ping("demo", 1, 1).run(new EchoChannel(message -> null)));
  }
}
