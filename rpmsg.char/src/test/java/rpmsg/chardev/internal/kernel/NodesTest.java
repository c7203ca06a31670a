// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.Test;
import rpmsg.core.Errno;
import rpmsg.syscall.CharDevice;

class NodesTest extends KernelTest {

  private String said() {
    assertEquals(1, logs.lines().size(), logs.lines()::toString);
    return logs.lines().getFirst();
  }

  @Test
  void missingRightsAreSaidOnceForEachNodeWithTheRuleThatHelps() {
    kernel.refusals.put("rpmsg_ctrl0", Errno.EACCES);
    KernelControl control = control();
    assertEquals(0, logs.lines().size(), "udev may not have been there yet");
    bus.look();
    bus.look();
    assertErrno(Errno.EACCES, () -> control.createEndpoint(MINE));
    String line = said();
    assertTrue(line.startsWith("WARN "), line);
    assertTrue(line.contains(kernel.dev + "/rpmsg_ctrl0"), line);
    assertTrue(
        line.contains("KERNEL==\"rpmsg*\", SUBSYSTEM==\"rpmsg\", GROUP=\"dialout\", MODE=\"0660\""),
        line);
  }

  @Test
  void whereAGroupHasTheRightsItIsNamed() throws Exception {
    Path node = Files.createFile(kernel.dev.resolve("rpmsg0"));
    Files.setPosixFilePermissions(node, PosixFilePermissions.fromString("rw-rw----"));
    kernel.refusals.put("rpmsg0", Errno.EACCES);
    control();
    kernel.node(MINE);
    bus.look();
    bus.look();
    String group = Files.getAttribute(node, "posix:group").toString();
    assertTrue(said().contains("make this user a member of the group " + group), said());
  }

  @Test
  void oneNodeWithoutRightsKeepsNothingElseFromWorking() throws Exception {
    control();
    kernel.refusals.put("rpmsg0", Errno.EPERM);
    kernel.node(MINE);
    kernel.node(MINE);
    bus.look();
    assertErrno(Errno.EPERM, () -> registry.devices().get(0).open());
    registry.devices().get(1).open().close();
    said();
  }

  @Test
  void rightsThatComeLaterAreUsedAndSayNothing() throws Exception {
    kernel.refusals.put("rpmsg_ctrl0", Errno.EACCES);
    KernelControl control = control();
    kernel.refusals.clear();
    bus.look();
    control.createEndpoint(MINE);
    assertEquals(0, logs.lines().size());
  }

  @Test
  void aNodeOfTheSameNameThatComesLaterIsLookedAtAnew() throws Exception {
    control();
    kernel.refusals.put("rpmsg0", Errno.EACCES);
    kernel.node(MINE);
    bus.look();
    bus.look();
    kernel.remove("rpmsg0");
    bus.look();
    assertEquals(1, logs.lines().size());
    kernel.refusals.put("rpmsg1", Errno.EACCES);
    kernel.node(MINE);
    bus.look();
    bus.look();
    assertEquals(2, logs.lines().size());
  }

  @Test
  void somethingElseInThePlaceOfANodeIsEnottyAndSaidOnce() throws Exception {
    Files.writeString(kernel.dev.resolve("rpmsg0"), "a file");
    Nodes nodes = new Nodes(kernel.dev, SystemNode.OPENER, logs.logger());
    Found.Key key = new Found.Key("rpmsg0", 1);
    CharDevice.Number number = new CharDevice.Number(241, 0);
    assertErrno(Errno.ENOTTY, () -> nodes.open("rpmsg0", key, number));
    nodes.look("rpmsg0", key, number);
    assertFalse(nodes.isUsable("rpmsg0", key, number));
    nodes.look("rpmsg0", key, number);
    assertFalse(nodes.isUsable("rpmsg0", key, number));
    assertTrue(said().contains("rpmsg0 is no character device"), said());
    assertFalse(said().contains("udev"), said());
    assertEquals("a file", Files.readString(kernel.dev.resolve("rpmsg0")));
  }

  @Test
  void aForeignDeviceIsNotOpened() {
    Nodes nodes = new Nodes(Path.of("/dev"), SystemNode.OPENER, logs.logger());
    Found.Key key = new Found.Key("null", 1);
    assertErrno(Errno.ENOTTY, () -> nodes.open("null", key, new CharDevice.Number(241, 0)));
    assertTrue(said().contains("/dev/null is device 1:3, not 241:0"), said());
  }

  @Test
  void aNodeThatIsNotThereYetIsNotSaid() {
    Nodes nodes = new Nodes(kernel.dev, SystemNode.OPENER, logs.logger());
    Found.Key key = new Found.Key("rpmsg0", 1);
    CharDevice.Number number = new CharDevice.Number(241, 0);
    nodes.look("rpmsg0", key, number);
    assertFalse(nodes.isUsable("rpmsg0", key, number));
    nodes.look("rpmsg0", key, number);
    assertFalse(nodes.isUsable("rpmsg0", key, number));
    nodes.keep(Set.of());
    assertEquals(0, logs.lines().size());
  }
}
