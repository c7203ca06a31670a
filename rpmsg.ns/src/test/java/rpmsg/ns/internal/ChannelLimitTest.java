// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.NameService;
import rpmsg.core.testing.RecordingLog;

/** A peer that announces without end (LX112). */
class ChannelLimitTest {
  private static final Duration BOUND = Duration.ofSeconds(10);

  private final RecordingLog log = new RecordingLog();
  private final Link link = new Link();

  @AfterEach
  void close() {
    link.close();
  }

  @Test
  void lx112_floodEndsAtTheLimitWithOneLogLine() throws Exception {
    NameService.Binding binding = Configs.component(log, 1024).attach(link.space, BOUND);
    for (int address = 0; address < 5000; address++) {
      link.receive(Datagram.create("flood", address));
    }
    link.settle();

    assertEquals(1024, link.channels().size());
    assertEquals(1023, link.addresses().getLast());
    assertEquals(1, log.lines("WARN").size(), log.lines("WARN").toString());
    assertTrue(binding.toString().contains("1024 created"), binding.toString());
    assertTrue(binding.toString().contains("3976 refused"), binding.toString());
  }

  @Test
  void lx112_roomIsUsedAndTheNextRefusalIsSaidAgain() throws Exception {
    Configs.component(log, 2).attach(link.space, BOUND);
    link.receiveAndSettle(create(1), create(2), create(3), create(4));
    assertEquals(1, log.lines("WARN").size());

    link.receiveAndSettle(Datagram.destroy("svc", 1), create(5));
    assertEquals(List.of(2, 5), link.addresses());
    link.receiveAndSettle(create(6), create(7));

    assertEquals(List.of(2, 5), link.addresses());
    assertEquals(2, log.lines("WARN").size());
  }

  @Test
  void lx112_localChannelsDoNotCount() throws Exception {
    Configs.component(log, 1).attach(link.space, BOUND);
    link.space.createChannel(new ChannelInfo("local", 100, RpmsgAddress.ANY));
    link.receiveAndSettle(create(1), create(2));
    assertEquals(List.of("local", "svc"), link.names());
  }

  @Test
  void lx112_limitIsPerTransport() throws Exception {
    NameServiceComponent nameService = Configs.component(log, 1);
    nameService.attach(link.space, BOUND);
    try (Link other = new Link()) {
      nameService.attach(other.space, BOUND);
      link.receiveAndSettle(create(1));
      other.receiveAndSettle(create(1));
      assertEquals(1, other.channels().size());
      assertEquals(List.of(), log.lines("WARN"));
    }
  }

  @Test
  void lx112_changedLimitAppliesToTheNextAnnouncement() throws Exception {
    NameServiceComponent nameService = Configs.component(log, 1);
    nameService.attach(link.space, BOUND);
    link.receiveAndSettle(create(1), create(2));
    nameService.modified(Configs.of(2));
    link.receiveAndSettle(create(3), create(4));
    assertEquals(List.of(1, 3), link.addresses());
    assertTrue(link.space.bound(53));
  }

  private static RpmsgMessage create(int address) {
    return Datagram.create("svc", address);
  }
}
