// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;

class KernelControlTest extends KernelTest {

  @Test
  void namesAreTheWholePaths() throws Exception {
    KernelControl control = control();
    assertEquals(kernel.dev + "/rpmsg_ctrl0", control.name());
    assertEquals("virtio0", control.transport());
    EndpointDevice device = control.createEndpoint(MINE);
    assertEquals(kernel.dev + "/rpmsg0", device.name());
    assertEquals("virtio0", device.transport());
    assertEquals(MINE, device.info());
  }

  @Test
  void lx147_anEndpointThatWasMadeIsAServiceBeforeTheNextLook() throws Exception {
    EndpointDevice device = control().createEndpoint(MINE);
    assertTrue(registry.things.contains(device));
    assertEquals(List.of("rpmsg_ctrl0 create-ept " + MINE), kernel.ioctls);
    bus.look();
    assertEquals(1, registry.devices().size());
  }

  @Test
  void aNodeThatWasThereIsNotTakenForTheNewOne() throws Exception {
    KernelControl control = control();
    kernel.node(MINE);
    EndpointDevice device = control.createEndpoint(MINE);
    assertEquals(kernel.dev + "/rpmsg1", device.name());
    assertNotSame(device, control.createEndpoint(MINE));
  }

  @Test
  void aNodeThatAnotherProgramMakesMeanwhileIsNotTakenForOurs() throws Exception {
    KernelControl control = control();
    kernel.insteadOfCreating =
        () -> {
          kernel.node(new ChannelInfo("other", 4000, 1025));
          kernel.node(new ChannelInfo("mine", 4001, 1025));
          kernel.node(MINE);
        };
    assertEquals(kernel.dev + "/rpmsg2", control.createEndpoint(MINE).name());
  }

  @Test
  void aNodeThatAppearsLateIsWaitedFor() throws Exception {
    KernelControl control = control();
    kernel.insteadOfCreating = () -> Bounded.start(() -> kernel.node(MINE));
    assertEquals(MINE, control.createEndpoint(MINE).info());
  }

  @Test
  void aNodeThatDoesNotAppearIsEtimedout() {
    KernelControl control = control();
    kernel.insteadOfCreating = () -> {};
    assertErrno(Errno.ETIMEDOUT, () -> control.createEndpoint(MINE));
  }

  @Test
  void rightsThatComeAMomentLaterAreWaitedFor() throws Exception {
    KernelControl control = control();
    kernel.missingRights.set(5);
    control.createEndpoint(MINE);
    assertEquals(0, kernel.missingRights.get());
    assertEquals(List.of(), logs.lines());
  }

  @Test
  void threadsThatMakeTheSameAtOnceGetDifferentNodes() throws Exception {
    KernelControl control = control();
    List<CompletableFuture<EndpointDevice>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(Bounded.start(() -> control.createEndpoint(MINE)));
    }
    bus.look();
    Set<String> names = new HashSet<>();
    for (CompletableFuture<EndpointDevice> one : all) {
      names.add(Bounded.get(one).name());
    }
    assertEquals(20, names.size());
    bus.look();
    assertEquals(20, registry.devices().size());
  }

  @Test
  void channelsAreMadeAndReleasedByTheKernelAndLookedForAtOnce() throws Exception {
    KernelControl control = control();
    ChannelInfo server = new ChannelInfo("rpmsg-raw", 5000, RpmsgAddress.ANY);
    control.createChannel(server);
    assertEquals(1, looksAskedFor.get());
    control.releaseChannel(server);
    assertEquals(2, looksAskedFor.get());
    assertEquals(
        List.of("rpmsg_ctrl0 create-dev " + server, "rpmsg_ctrl0 release-dev " + server),
        kernel.ioctls);
  }

  @Test
  void lx171_itsOwnChannelIsNotReleasedForTheKernelWouldHang() {
    KernelControl control = control();
    assertErrno(
        Errno.EINVAL,
        () -> control.releaseChannel(new ChannelInfo("rpmsg_ctrl", RpmsgAddress.ANY, 0)));
    assertEquals(List.of(), kernel.ioctls);
  }

  @Test
  void anEmptyNameIsEinval() {
    KernelControl control = control();
    ChannelInfo empty = new ChannelInfo("", 1, 2);
    assertErrno(Errno.EINVAL, () -> control.createEndpoint(empty));
    assertErrno(Errno.EINVAL, () -> control.createChannel(empty));
    assertErrno(Errno.EINVAL, () -> control.releaseChannel(empty));
    assertEquals(List.of(), kernel.ioctls);
  }

  @Test
  void afterItWentItIsEnodev() {
    KernelControl control = control();
    kernel.remove("rpmsg_ctrl0");
    bus.look();
    assertErrno(Errno.ENODEV, () -> control.createEndpoint(MINE));
    assertErrno(Errno.ENODEV, () -> control.createChannel(MINE));
  }

  @Test
  void whatTheKernelSaysIsHandedOn() {
    KernelControl control = control();
    kernel.refusals.put("rpmsg_ctrl0", Errno.ENXIO);
    assertErrno(Errno.ENXIO, () -> control.createChannel(MINE));
  }
}
