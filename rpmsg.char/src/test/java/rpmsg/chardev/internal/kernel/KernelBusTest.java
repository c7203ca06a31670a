// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;

class KernelBusTest extends KernelTest {

  @Test
  void whereThereIsNothingNothingIsSaidOrDone() {
    bus.look();
    bus.look();
    assertEquals(List.of(), registry.events);
    assertEquals(List.of(), logs.lines());
  }

  @Test
  void whatComesIsShownAndWhatGoesIsWithdrawn() {
    kernel.control();
    String device = kernel.channel("sample", RpmsgAddress.ANY, 1024);
    bus.look();
    bus.look();
    assertEquals(List.of("+rpmsg_ctrl0", "+virtio0.rpmsg_ctrl.0.0", "+" + device), registry.events);
    KernelChannel channel =
        (KernelChannel)
            registry.things.stream()
                .filter(thing -> FakeRegistry.name(thing).equals(device))
                .findFirst()
                .orElseThrow();
    assertTrue(channel.isOpen());
    kernel.remove(device);
    bus.look();
    assertEquals(List.of("rpmsg_ctrl0", "virtio0.rpmsg_ctrl.0.0"), registry.names());
    assertFalse(channel.isOpen());
  }

  @Test
  void channelsAreWithdrawnBeforeTheNodesThatTheirUsersHave() {
    control();
    kernel.node(MINE);
    bus.look();
    registry.events.clear();
    kernel.remove("rpmsg0");
    kernel.remove("rpmsg_ctrl0");
    kernel.remove("virtio0.rpmsg_ctrl.0.0");
    bus.look();
    assertEquals(List.of("-virtio0.rpmsg_ctrl.0.0", "-rpmsg0", "-rpmsg_ctrl0"), registry.events);
  }

  @Test
  void aChannelThatWentAndCameBetweenTwoLooksIsANewOne() throws Exception {
    String device = kernel.channel("again", 1, 2);
    bus.look();
    kernel.remove(device);
    kernel.channel("again", 1, 2);
    bus.look();
    assertEquals(List.of("+" + device, "-" + device, "+" + device), registry.events);
  }

  @Test
  void lx047_aLocalAddressThatADriverWasGivenIsTakenOver() {
    String device = kernel.channel("sample", RpmsgAddress.ANY, 1024);
    bus.look();
    FakeKernel.write(kernel.attribute(device, "src"), "0x401\n");
    bus.look();
    bus.look();
    assertEquals(List.of("+" + device, "~" + device), registry.events);
    assertEquals(0x401, registry.one(KernelChannel.class).src());
  }

  @Test
  void theDriverIsTheKernels() throws Exception {
    String device = kernel.channel("sample", 1, 2);
    bus.look();
    KernelChannel channel = registry.one(KernelChannel.class);
    assertNull(channel.driver());
    Files.createSymbolicLink(
        kernel.attribute(device, "driver"), Path.of("../../bus/rpmsg/drivers/rpmsg_chrdev"));
    assertEquals("rpmsg_chrdev", channel.driver());
    assertNull(channel.endpoint());
    assertErrno(Errno.EINVAL, () -> channel.send(MemorySegment.NULL));
  }

  @Test
  void lx041_theOverrideIsTheKernels() throws Exception {
    String device = kernel.channel("sample", 1, 2);
    bus.look();
    KernelChannel channel = registry.one(KernelChannel.class);
    assertNull(channel.driverOverride());
    channel.setDriverOverride("rpmsg_chrdev");
    assertEquals("rpmsg_chrdev\n", Files.readString(kernel.attribute(device, "driver_override")));
    assertEquals("rpmsg_chrdev", channel.driverOverride());
    channel.setDriverOverride(null);
    assertNull(channel.driverOverride());
    kernel.remove(device);
    UncheckedIOException gone =
        assertThrows(UncheckedIOException.class, () -> channel.setDriverOverride("x"));
    assertErrno(
        Errno.ENODEV,
        () -> {
          throw gone.getCause();
        });
  }

  @Test
  void whatMakesNoSenseIsSaidOnce() {
    String device = kernel.channel("bad", 1, 2);
    FakeKernel.write(kernel.attribute(device, "src"), "one\n");
    bus.look();
    bus.look();
    assertEquals(1, logs.lines().size(), logs.lines()::toString);
    assertEquals(List.of(), registry.events);
  }

  @Test
  void aListenerThatMakesANodeWhileTheControlDeviceIsShownIsServed() {
    kernel.control();
    kernel.channel("sample", 1, 2);
    registry.onRegister =
        thing -> {
          if (thing instanceof KernelControl control) {
            try {
              control.createEndpoint(MINE);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    bus.look();
    bus.look();
    assertEquals(
        List.of("rpmsg_ctrl0", "rpmsg0", "virtio0.rpmsg_ctrl.0.0", "virtio0.sample.1.2"),
        registry.names());
  }

  @Test
  void whenWeStopWhatIsOpenIsClosedAndTheKernelsNodesStay() throws Exception {
    control();
    kernel.node(MINE);
    bus.look();
    KernelDevice device = registry.one(KernelDevice.class);
    EndpointChannel channel = device.open();
    CompletableFuture<Integer> reader = Bounded.start(() -> channel.read(ByteBuffer.allocate(8)));
    Bounded.until("it reads", () -> kernel.open.get("rpmsg0").reads.get() > 0);
    bus.stop();
    assertTrue(Bounded.failure(reader) instanceof AsynchronousCloseException);
    assertErrno(Errno.ENETRESET, device::open);
    assertEquals(List.of(), kernel.ioctls);
  }
}
