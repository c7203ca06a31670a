// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.core.ChannelInfo;
import rpmsg.shell.internal.FakeControlDevice;
import rpmsg.shell.internal.FakeEndpointDevice;

class CtrlCommandTest {
  private static final String ONLY = "";

  private final FakeControlDevice control = new FakeControlDevice("rpmsg_ctrl0", "virtio0");
  private final FakeControlDevice other = new FakeControlDevice("rpmsg_ctrl1", "demo");
  private final Devices devices = new Devices();
  private final CtrlCommand command = new CtrlCommand(devices);

  @BeforeEach
  void oneControlDeviceIsThere() {
    devices.addControl(control);
  }

  @Test
  void createGivesTheNewDevicesName() throws Exception {
    assertEquals("rpmsg7", command.ctrl(ONLY, "create", "demo", "0x500", "1024"));
    assertEquals(List.of("create demo:0x500:0x400"), control.asked());
  }

  @Test
  void addressesThatAreLeftOutAreAny() throws Exception {
    command.ctrl(ONLY, "create", "demo");
    command.ctrl(ONLY, "create", "demo", "any", "0x400");
    command.ctrl(ONLY, "release", "demo", "0x500");
    assertEquals(
        List.of(
            "create demo:0xffffffff:0xffffffff",
            "create demo:0xffffffff:0x400",
            "release demo:0x500:0xffffffff"),
        control.asked());
  }

  @Test
  void aChannelIsCreatedWithBothAddresses() throws Exception {
    assertNull(command.ctrl(ONLY, "channel", "server", "100", "any"));
    assertEquals(List.of("channel server:0x64:0xffffffff"), control.asked());
    assertRefused(
        "usage: rpmsg:ctrl channel [-c CONTROL] NAME SRC DST", ONLY, "channel", "server", "100");
  }

  @Test
  void destroyDestroysTheDeviceOfThatName() throws Exception {
    var device = new FakeEndpointDevice("rpmsg3", new ChannelInfo("demo", 0x500, 0x400));
    devices.addEndpoint(device);
    assertRefused("no device rpmsg4: there are rpmsg3", ONLY, "destroy", "rpmsg4");
    assertNull(command.ctrl(ONLY, "destroy", "rpmsg3"));
    assertFalse(device.exists());
  }

  @Test
  void whereThereAreSeveralTheUserSaysWhichByItsNameOrItsTransports() throws Exception {
    devices.addControl(other);
    assertRefused(
        "-c must say which of rpmsg_ctrl0 (virtio0), rpmsg_ctrl1 (demo)", ONLY, "create", "x");
    command.ctrl("rpmsg_ctrl1", "create", "x", "1");
    command.ctrl("demo", "create", "x", "2");
    command.ctrl("virtio0", "create", "x", "3");
    assertEquals(List.of("create x:0x1:0xffffffff", "create x:0x2:0xffffffff"), other.asked());
    assertEquals(List.of("create x:0x3:0xffffffff"), control.asked());
    assertRefused(
        "no control device rpmsg_ctrl9: there are rpmsg_ctrl0 (virtio0), rpmsg_ctrl1 (demo)",
        "rpmsg_ctrl9",
        "create",
        "x");
  }

  @Test
  void aTransportThatTheKernelHasTooIsNotGuessed() {
    devices.addControl(new FakeControlDevice("/dev/rpmsg_ctrl0", "virtio0"));
    assertRefused(
        "-c must say which of rpmsg_ctrl0 (virtio0), /dev/rpmsg_ctrl0 (virtio0)",
        "virtio0",
        "create",
        "x");
  }

  @Test
  void withoutControlDeviceOneLineSaysSo() {
    devices.removeControl(control);
    assertRefused("no control device: there is none", ONLY, "create", "x");
  }

  @Test
  void badInputIsNamedAndReachesNoDevice() {
    assertRefused("dance must be create, destroy, channel or release", ONLY, "dance");
    assertRefused("usage: rpmsg:ctrl create [-c CONTROL] NAME [SRC [DST]]", ONLY, "create");
    assertRefused("usage: rpmsg:ctrl destroy DEVICE", ONLY, "destroy", "a", "b");
    assertRefused("create: the channel name is missing", ONLY, "create", "");
    String longest = "n".repeat(31);
    assertRefused(
        "create " + longest + "n: a channel name has at most 31 bytes, this one 32",
        ONLY,
        "create",
        longest + "n");
    assertRefused(
        "release \u20ac: a channel name is made of characters of one byte (ISO 8859-1)",
        ONLY,
        "release",
        "\u20ac");
    for (String address : List.of("-1", "0x", "0x100000000", "4294967296", "x")) {
      assertRefused(
          address + " is no address: must be as 0x400, 1024 or any", ONLY, "create", "x", address);
    }
    assertEquals(List.of(), control.asked());
  }

  private void assertRefused(String reason, String device, String action, String... arguments) {
    var refused = assertThrows(Exception.class, () -> command.ctrl(device, action, arguments));
    assertEquals(reason, refused.getMessage());
  }
}
