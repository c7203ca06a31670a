// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static rpmsg.chardev.internal.Bounded.assertErrno;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.chardev.internal.Bounded;
import rpmsg.core.Errno;

class KernelDeviceTest extends KernelTest {

  private EndpointDevice device;

  @BeforeEach
  void create() throws Exception {
    device = control().createEndpoint(MINE);
  }

  private FakeNode node() {
    return kernel.open.get("rpmsg0");
  }

  @Test
  void itIsReadAndWrittenAndCounted() throws Exception {
    try (EndpointChannel channel = device.open()) {
      assertEquals(4000, channel.address());
      CompletableFuture<Integer> reader =
          Bounded.start(() -> channel.read(ByteBuffer.allocate(16)));
      node().deliver("hello");
      assertEquals(5, Bounded.get(reader));
      assertEquals(3, channel.write(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'})));
      assertEquals("abc", node().written());
    }
    assertEquals(new EndpointDevice.Counters(1, 1, 0, 0), device.counters());
  }

  @Test
  void lx148_thatItIsOpenIsForTheKernelToSay() throws Exception {
    try (EndpointChannel first = device.open()) {
      assertTrue(first.isOpen());
      assertErrno(Errno.EBUSY, device::open);
    }
    device.open().close();
  }

  @Test
  void lx155_lx166_destroyingWakesReadersWithEpipeAndASecondTimeDoesNothing() throws Exception {
    try (EndpointChannel channel = device.open()) {
      CompletableFuture<Integer> reader =
          Bounded.start(() -> channel.read(ByteBuffer.allocate(16)));
      Bounded.until("it reads", () -> node().reads.get() > 0);
      device.destroy();
      assertErrno(Errno.EPIPE, reader);
      device.destroy();
      assertFalse(device.exists());
      assertFalse(registry.things.contains(device));
    }
    assertErrno(Errno.EPIPE, device::open);
    assertEquals(1, kernel.ioctls.stream().filter(i -> i.contains("destroy")).count());
  }

  @Test
  void itIsDestroyedThoughNobodyHasItOpen() throws Exception {
    device.destroy();
    assertEquals("rpmsg0 destroy-ept", kernel.ioctls.getLast());
    assertFalse(device.exists());
  }

  @Test
  void lx165_whatTheKernelDoesNotDestroyStays() {
    kernel.refusals.put("rpmsg0", Errno.EINVAL);
    assertErrno(Errno.EINVAL, device::destroy);
    assertTrue(device.exists());
    assertTrue(registry.things.contains(device));
  }

  @Test
  void lx150_afterItWentItIsEnetreset() {
    kernel.remove("rpmsg0");
    bus.look();
    assertFalse(device.exists());
    assertErrno(Errno.ENETRESET, device::open);
  }

  @Test
  void aThousandReadersAreServedByTheSameTwoThreads() throws Exception {
    try (EndpointChannel channel = device.open()) {
      List<CompletableFuture<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        readers.add(Bounded.start(() -> channel.read(ByteBuffer.allocate(16))));
      }
      Bounded.until("all have read", () -> node().reads.get() >= 1000);
      for (int i = 0; i < 1000; i++) {
        int served = i;
        node().deliver("x");
        Bounded.until(
            "message " + i,
            () -> readers.stream().filter(CompletableFuture::isDone).count() == served + 1);
      }
    }
  }
}
