// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgListener;
import rpmsg.core.internal.DriverEntry;
import rpmsg.core.testing.RecordingLog;

/** What the peer is told of local services, byte by byte. */
class LocalServerTest {
  private static final ChannelInfo RAW = new ChannelInfo("rpmsg-raw", 100, RpmsgAddress.ANY);
  private static final String NAME =
      "72706d73672d7261770000000000000000000000000000000000000000000000";
  private static final Link.Sent CREATE = toNameService(NAME + "6400000000000000");
  private static final Link.Sent DESTROY = toNameService(NAME + "6400000001000000");

  private final Link link = new Link();
  private final CountingDriver driver = new CountingDriver();

  @BeforeEach
  void attach() throws Exception {
    Configs.component(new RecordingLog(), 1024).attach(link.space, Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    link.close();
  }

  @Test
  void lx103_serverIsAnnouncedOncePerBind() throws Exception {
    DriverEntry entry = link.add(driver, "rpmsg-raw");
    link.space.createChannel(RAW);
    link.settle();
    assertEquals(List.of(CREATE), link.sent);

    link.remove(entry);
    link.add(driver, "rpmsg-raw");
    link.settle();
    assertEquals(List.of(CREATE, DESTROY, CREATE), link.sent);
    assertEquals(2, driver.probed.size());
  }

  @Test
  void lx104_serverIsWithdrawnWhenItsDriverGoes() throws Exception {
    DriverEntry entry = link.add(driver, "rpmsg-raw");
    link.space.createChannel(RAW);
    link.settle();
    link.remove(entry);
    assertEquals(List.of(CREATE, DESTROY), link.sent);
  }

  @Test
  void lx104_serverIsWithdrawnOnceWhenItsChannelGoes() throws Exception {
    link.add(driver, "rpmsg-raw");
    link.space.createChannel(RAW);
    link.settle();
    link.space.releaseChannel(RAW);
    link.settle();
    assertEquals(List.of(CREATE, DESTROY), link.sent);
  }

  @Test
  void lx105_serverWithoutDriverSaysNothing() throws Exception {
    link.space.createChannel(RAW);
    link.settle();
    link.space.releaseChannel(RAW);
    link.settle();
    assertEquals(List.of(), link.sent);
  }

  @Test
  void lx105_driverWithoutListenerSaysNothing() throws Exception {
    CountingDriver silent =
        new CountingDriver() {
          @Override
          public RpmsgListener listener(RpmsgChannel channel) {
            return null;
          }
        };
    link.add(silent, "rpmsg-raw");
    link.space.createChannel(RAW);
    link.settle();
    assertEquals(1, silent.probed.size());
    assertEquals(List.of(), link.sent);
  }

  @Test
  void lx094_serverIsNotAnnouncedWithoutNameService() throws Exception {
    try (Link mute = new Link(false)) {
      CountingDriver server = new CountingDriver();
      mute.add(server, "rpmsg-raw");
      mute.space.createChannel(RAW);
      mute.settle();
      assertEquals(1, server.probed.size());
      assertEquals(List.of(), mute.sent);
    }
  }

  private static Link.Sent toNameService(String hex) {
    return new Link.Sent(100, 53, Link.boxed(HexFormat.of().parseHex(hex)));
  }
}
