// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.syscall.CharDevice;

@Timeout(60)
class SysfsTest {

  @TempDir Path folder;
  private FakeKernel kernel;
  private Sysfs sysfs;

  @BeforeEach
  void open() throws IOException {
    kernel = new FakeKernel(folder);
    sysfs = new Sysfs(kernel.sys);
  }

  private List<Found> found() throws IOException {
    Sysfs.Snapshot snapshot = sysfs.read();
    assertEquals(List.of(), snapshot.problems());
    return snapshot.found();
  }

  private Found.Channel channel() throws IOException {
    return (Found.Channel) found().getFirst();
  }

  private Found.Endpoint endpoint() throws IOException {
    return (Found.Endpoint) found().get(1);
  }

  private void assertLeftOut(int found, String... problems) throws IOException {
    Sysfs.Snapshot snapshot = sysfs.read();
    assertEquals(found, snapshot.found().size(), snapshot.toString());
    List<String> said = new ArrayList<>();
    snapshot.problems().forEach(problem -> said.add(problem.replaceFirst("^.*/", "")));
    assertEquals(List.of(problems), said);
  }

  @Test
  void whereThereIsNoRpmsgThereIsNothing() throws Exception {
    sysfs = new Sysfs(folder.resolve("none"));
    assertEquals(List.of(), found());
  }

  @Test
  void lx056_lx060_aChannelHasWhatItsAttributesSay() throws Exception {
    kernel.channel("rpmsg-client-sample", RpmsgAddress.ANY, 1024);
    Found.Channel channel = channel();
    assertEquals("virtio0.rpmsg-client-sample.-1.1024", channel.device());
    assertEquals("virtio0", channel.transport());
    assertEquals(new ChannelInfo("rpmsg-client-sample", RpmsgAddress.ANY, 1024), channel.info());
    assertEquals(false, channel.announce());
  }

  @Test
  void lx057_theAttributesCountNotTheName() throws Exception {
    String device = kernel.channel("a.b.-1.7", RpmsgAddress.ANY, 0x80000001);
    FakeKernel.write(kernel.attribute(device, "src"), "0x405\n");
    FakeKernel.write(kernel.attribute(device, "announce"), "true\n");
    assertEquals("virtio0.a.b.-1.7.-1.-2147483647", channel().device());
    assertEquals(new ChannelInfo("a.b.-1.7", 0x405, 0x80000001), channel().info());
    assertEquals(true, channel().announce());
  }

  @Test
  void lx144_lx175_nodesAreFoundWithTheirDeviceNumbers() throws Exception {
    kernel.control();
    kernel.node(new ChannelInfo("mine", RpmsgAddress.ANY, 1025));
    Found.Control control = (Found.Control) found().getFirst();
    assertEquals("rpmsg_ctrl0", control.node());
    assertEquals("virtio0", control.transport());
    assertEquals(new CharDevice.Number(240, 0), control.number());
    assertEquals("rpmsg0", endpoint().node());
    assertEquals("virtio0", endpoint().transport());
    assertEquals(new CharDevice.Number(241, 0), endpoint().number());
    assertEquals(new ChannelInfo("mine", RpmsgAddress.ANY, 1025), endpoint().info());
  }

  @Test
  void aNodeBelowItsOwnChannelHasThatChannelsTransport() throws Exception {
    String raw = kernel.channel("rpmsg-raw", 1024, 1026);
    kernel.node(raw + "/rpmsg", new ChannelInfo("rpmsg-raw", 1024, 1026));
    assertEquals("virtio0", found().getFirst().transport());
  }

  @Test
  void controlNodesComeFirstAndChannelsLast() throws Exception {
    kernel.control();
    kernel.node(new ChannelInfo("mine", 1, 2));
    List<Class<?>> order = new ArrayList<>();
    found().forEach(found -> order.add(found.getClass()));
    assertEquals(List.of(Found.Control.class, Found.Endpoint.class, Found.Channel.class), order);
  }

  @Test
  void whatComesAgainUnderTheSameNameIsNotTheSame() throws Exception {
    String device = kernel.channel("again", 1, 2);
    Object first = channel().key();
    assertEquals(first, channel().key());
    kernel.remove(device);
    kernel.channel("again", 1, 2);
    assertNotEquals(first, channel().key());
  }

  @Test
  void otherNodesOfTheClassAreNotLookedAt() throws Exception {
    for (String name : List.of("rpmsg", "rpmsgx", "rpmsg_ctrl", "rpmsg0 ", "ttyRPMSG0")) {
      Files.createDirectory(kernel.sys.resolve("class/rpmsg").resolve(name));
    }
    Files.createDirectory(kernel.sys.resolve("class/rpmsg/rpmsg12345678901"));
    assertEquals(List.of(), found());
  }

  @Test
  void anEntryThatVanishesWhileItIsReadIsNotThere() throws Exception {
    kernel.control();
    String device = kernel.channel("half", 1, 2);
    Files.delete(kernel.attribute(device, "dst"));
    Files.createSymbolicLink(
        kernel.sys.resolve("bus/rpmsg/devices/dangling"), folder.resolve("nowhere"));
    Files.createSymbolicLink(kernel.sys.resolve("class/rpmsg/rpmsg7"), folder.resolve("nowhere"));
    assertEquals(2, found().size(), "the control channel and its node");
  }

  @Test
  void aNodeWhoseChannelHasGoneIsNotThere() throws Exception {
    kernel.control();
    kernel.node(new ChannelInfo("mine", 1, 2));
    Files.delete(kernel.sys.resolve("bus/rpmsg/devices/virtio0.rpmsg_ctrl.0.0"));
    assertEquals(List.of(), found());
  }

  @Test
  void aNameThatIsTooLongIsNamed() throws Exception {
    String device = kernel.channel("good", 1, 2);
    FakeKernel.write(kernel.attribute(device, "name"), "x".repeat(32));
    assertLeftOut(
        0,
        device
            + " is left out: channel name must be at most 31 bytes without NUL, is 32: "
            + "x".repeat(32));
  }

  @Test
  void anAttributeWithoutEndIsNamed() throws Exception {
    String device = kernel.channel("good", 1, 2);
    FakeKernel.write(kernel.attribute(device, "name"), "x".repeat(100_000));
    assertLeftOut(0, device + " is left out: name is too long");
  }

  @Test
  void numbersThatAreNoneAreNamedAndTheOthersStay() throws Exception {
    String bad = kernel.channel("bad", 1, 2);
    FakeKernel.write(kernel.attribute(bad, "src"), "0x123456789\n");
    kernel.channel("good", 1, 2);
    assertLeftOut(1, bad + " is left out: String value 123456789 exceeds range of unsigned int.");
  }

  @Test
  void aDeviceNumberThatIsNoneIsNamed() throws Exception {
    kernel.control();
    Path dev = kernel.sys.resolve("class/rpmsg/rpmsg_ctrl0/dev");
    FakeKernel.write(dev, "240\n");
    assertLeftOut(1, "rpmsg_ctrl0 is left out: dev is 240");
    FakeKernel.write(dev, "-1:3\n");
    assertLeftOut(1, "rpmsg_ctrl0 is left out: no device number: -1:3");
  }

  @Test
  void whatIsSaidOfANameIsPrintable() throws Exception {
    String device = kernel.channel("virtio0.\u001b[2J.1.2", "x", 1, 2);
    FakeKernel.write(kernel.attribute(device, "dst"), "\u001b[2J");
    assertLeftOut(0, "virtio0.\\x1b[2J.1.2 is left out: For input string: \"\\x1b[2J\"");
  }

  @Test
  void aPipeInThePlaceOfAnAttributeIsNotWaitedFor() throws Exception {
    String device = kernel.channel("pipe", 1, 2);
    Path name = kernel.attribute(device, "name");
    Files.delete(name);
    Process made = new ProcessBuilder("mkfifo", name.toString()).inheritIO().start();
    assertEquals(true, made.waitFor(30, TimeUnit.SECONDS));
    assertEquals(List.of(), found());
  }

  @Test
  void tooManyEntriesAreNotLookedAt() throws Exception {
    for (int i = 0; i < Sysfs.MOST_ENTRIES + 10; i++) {
      Files.createSymbolicLink(
          kernel.sys.resolve("bus/rpmsg/devices/" + i), folder.resolve("nowhere"));
    }
    assertEquals(List.of(), found());
  }
}
