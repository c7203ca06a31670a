// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import rpmsg.core.RpmsgAddress;
import rpmsg.shell.internal.FakeChannel;

class DirectoryTest {
  private final Directory directory = new Directory(new EmptyBus());
  private final FakeChannel server = new FakeChannel("demo", RpmsgAddress.ANY, m -> {});
  private final FakeChannel remote = new FakeChannel("demo", 0x400, m -> {});

  @Test
  void channelsThatAreNotOnTheBusAreFoundToo() {
    directory.addChannel(server);
    directory.addChannel(remote);
    assertEquals(List.of(server, remote), directory.channels());
  }

  @Test
  void aMessageGoesToTheChannelThatHasARemoteAddress() {
    directory.addChannel(server);
    assertThrows(IllegalArgumentException.class, () -> directory.channel("demo"));
    directory.addChannel(remote);
    assertSame(remote, directory.channel("demo"));
    directory.removeChannel(remote);
    assertThrows(IllegalArgumentException.class, () -> directory.channel("demo"));
  }

  @Test
  void anUnknownChannelIsOneLineThatSaysOnceWhichThereAre() {
    directory.addChannel(server);
    directory.addChannel(remote);
    var unknown = assertThrows(IllegalArgumentException.class, () -> directory.channel("dem"));
    assertEquals("no channel dem: there are demo", unknown.getMessage());
  }
}
