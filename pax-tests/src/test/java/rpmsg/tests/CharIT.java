// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotSame;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.service.cm.ConfigurationAdmin;
import rpmsg.chardev.ControlDevice;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.ChannelInfo;
import rpmsg.core.DriverInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgBus;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;

/**
 * Control and endpoint devices as services, between two transports of this container: they come and
 * go with links and bundles, and whoever waits in one is woken.
 */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class CharIT {
  private static final Duration LONG = Duration.ofSeconds(Rig.BOUND_SECONDS);
  private static final int ANY = RpmsgAddress.ANY;

  @Inject private BundleContext context;

  private Loop loop;
  private RpmsgEndpoint echo;

  @Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Before
  public void up() throws Exception {
    loop = new Loop(context);
    echo = loop.echo("echo");
  }

  @After
  public void down() throws Exception {
    bundle("rpmsg.ns").start();
    bundle("rpmsg.char").start();
    loop.close();
  }

  private Bundle bundle(String symbolicName) {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> symbolicName.equals(bundle.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  private ControlDevice control() {
    return loop.await(ControlDevice.class, Loop.NEAR, "");
  }

  private EndpointDevice device() throws Exception {
    return control().createEndpoint(new ChannelInfo("it", ANY, echo.address()));
  }

  private int endpoints() {
    return loop.await(RpmsgTransport.class, Loop.NEAR, "").endpoints().size();
  }

  private static void assertEchoes(EndpointChannel channel, int size) throws Exception {
    byte[] out = new byte[size];
    Arrays.fill(out, (byte) size);
    assertEquals(size, channel.write(ByteBuffer.wrap(out), LONG));
    ByteBuffer in = ByteBuffer.allocate(1024);
    assertEquals(size, channel.read(in, LONG));
    assertArrayEquals(out, Arrays.copyOf(in.array(), size));
  }

  private static List<CompletableFuture<Throwable>> readers(EndpointChannel channel, int count) {
    List<CompletableFuture<Throwable>> readers = new ArrayList<>();
    AtomicInteger started = new AtomicInteger();
    for (int i = 0; i < count; i++) {
      CompletableFuture<Throwable> ended = new CompletableFuture<>();
      readers.add(ended);
      Thread.ofVirtual()
          .start(() -> {
            started.incrementAndGet();
            try {
              ended.complete(new AssertionError("read " + channel.read(ByteBuffer.allocate(1))));
            } catch (Throwable failure) {
              ended.complete(failure);
            }
          });
    }
    Rig.await(() -> "readers", () -> started.get() == count);
    return readers;
  }

  private static void assertAllFail(Errno errno, List<CompletableFuture<Throwable>> readers)
      throws Exception {
    for (CompletableFuture<Throwable> reader : readers) {
      Throwable failure = reader.get(Rig.BOUND_SECONDS, TimeUnit.SECONDS);
      assertTrue(failure.toString(), failure instanceof RpmsgException);
      assertEquals(errno, ((RpmsgException) failure).errno());
    }
  }

  private static void assertErrno(Errno errno, org.junit.function.ThrowingRunnable action) {
    assertEquals(errno, assertThrows(RpmsgException.class, action).errno());
  }

  @Test
  public void controlDevicesAppearAndVanishWithTheLinks() throws Exception {
    ControlDevice near = control();
    ControlDevice far = loop.await(ControlDevice.class, Loop.FAR, "");
    assertEquals(Loop.NEAR, near.transport());
    assertEquals(Loop.FAR, far.transport());
    assertNotSame(near.name(), far.name());
    for (ControlDevice device : List.of(near, far)) {
      String named = "(rpmsg.node=" + device.name() + ")";
      assertEquals(List.of(device), loop.services(ControlDevice.class, device.transport(), named));
      assertTrue(device.name(), device.name().matches("rpmsg_ctrl[01]"));
    }
    loop.close();
    assertEquals(0, context.getServiceReferences(ControlDevice.class, null).size());
    assertEquals(0, context.getServiceReferences(EndpointDevice.class, null).size());
    loop = new Loop(context);
    assertTrue(control().name().matches("rpmsg_ctrl[01]"));
  }

  @Test
  public void anEndpointDeviceTalksToAnEcho() throws Exception {
    EndpointDevice device = device();
    ServiceReference<EndpointDevice> reference =
        context
            .getServiceReferences(EndpointDevice.class, "(rpmsg.node=" + device.name() + ")")
            .iterator()
            .next();
    assertEquals("it", reference.getProperty(RpmsgChannel.NAME));
    assertEquals(4294967295L, reference.getProperty(RpmsgChannel.SRC));
    assertEquals((long) echo.address(), reference.getProperty(RpmsgChannel.DST));
    assertEquals(Loop.NEAR, reference.getProperty(RpmsgChannel.TRANSPORT));
    try (EndpointChannel channel = device.open()) {
      for (int size = 0; size <= 496; size++) {
        assertEchoes(channel, size);
      }
      assertErrno(Errno.EMSGSIZE, () -> channel.write(ByteBuffer.allocate(497), LONG));
    }
    device.destroy();
    assertFalse(device.exists());
    assertEquals(
        0,
        context
            .getServiceReferences(EndpointDevice.class, "(rpmsg.node=" + device.name() + ")")
            .size());
  }

  @Test
  public void aRawChannelHasADeviceWhileItIsAnnounced() throws Exception {
    RpmsgEndpoint raw = loop.echo("rpmsg-raw");
    EndpointDevice device = loop.await(EndpointDevice.class, Loop.NEAR, "(rpmsg.name=rpmsg-raw)");
    int address = device.info().src();
    for (int i = 0; i < 3; i++) {
      try (EndpointChannel channel = device.open()) {
        assertEquals(address, channel.address());
        assertEchoes(channel, 100);
      }
    }
    EndpointChannel channel = device.open();
    List<CompletableFuture<Throwable>> readers = readers(channel, 100);
    raw.close();
    assertAllFail(Errno.EPIPE, readers);
    Rig.await(() -> "the device is left", () -> !device.exists());
    assertErrno(Errno.ENETRESET, device::open);
  }

  @Test
  public void tenThousandReadersAreWokenByAClose() throws Exception {
    EndpointDevice device = device();
    EndpointChannel channel = device.open();
    List<CompletableFuture<Throwable>> readers = readers(channel, 10_000);
    channel.close();
    for (CompletableFuture<Throwable> reader : readers) {
      Throwable failure = reader.get(Rig.BOUND_SECONDS, TimeUnit.SECONDS);
      assertTrue(failure.toString(), failure instanceof java.nio.channels.ClosedChannelException);
    }
    assertTrue(readers.stream().anyMatch(r -> r.join() instanceof AsynchronousCloseException));
    device.open().close();
    device.destroy();
  }

  @Test
  public void whenTheBundleIsStoppedReadersAreWokenAndNothingIsLeft() throws Exception {
    int before = endpoints();
    EndpointChannel channel = device().open();
    loop.echo("rpmsg-raw");
    EndpointDevice raw = loop.await(EndpointDevice.class, Loop.NEAR, "(rpmsg.name=rpmsg-raw)");
    List<CompletableFuture<Throwable>> readers = readers(channel, 1000);
    readers.addAll(readers(raw.open(), 1000));
    bundle("rpmsg.char").stop();
    assertAllFail(Errno.EPIPE, readers);
    assertEquals(0, context.getServiceReferences(ControlDevice.class, null).size());
    assertEquals(0, context.getServiceReferences(EndpointDevice.class, null).size());
    assertEquals(before, endpoints());
    assertEquals(List.of(), drivers());
    assertErrno(Errno.EPIPE, () -> channel.write(ByteBuffer.allocate(1)));
    channel.close();
    bundle("rpmsg.char").start();
    try (EndpointChannel again = device().open()) {
      assertEchoes(again, 10);
    }
    loop.await(EndpointDevice.class, Loop.NEAR, "(rpmsg.name=rpmsg-raw)");
  }

  private List<String> drivers() {
    RpmsgBus bus = context.getService(context.getServiceReference(RpmsgBus.class));
    return bus.drivers().stream()
        .map(DriverInfo::name)
        .filter(n -> n.startsWith("rpmsg_c"))
        .toList();
  }

  @Test
  public void afterAnUpdateTheDevicesAreBackAndTheLinkWasNotTouched() throws Exception {
    RpmsgTransport transport = loop.await(RpmsgTransport.class, Loop.NEAR, "");
    control();
    int before = endpoints();
    List<String> threads = Rig.threads();
    for (int i = 0; i < 20; i++) {
      EndpointChannel channel = device().open();
      List<CompletableFuture<Throwable>> readers = readers(channel, 50);
      bundle("rpmsg.char").update();
      assertAllFail(Errno.EPIPE, readers);
      try (EndpointChannel again = device().open()) {
        assertEchoes(again, 10);
      }
    }
    bundle("rpmsg.char").stop();
    assertEquals(before, endpoints());
    assertSame(transport, loop.await(RpmsgTransport.class, Loop.NEAR, ""));
    List<String> more = new ArrayList<>(Rig.threads());
    threads.forEach(more::remove);
    more.removeIf(name -> name.endsWith("-control"));
    assertEquals("threads that are left", List.of(), more);
  }

  @Test
  public void whenTheLinkRestartsOldDevicesEndAndNewOnesWork() throws Exception {
    ControlDevice old = control();
    EndpointDevice device = device();
    EndpointChannel channel = device.open();
    List<CompletableFuture<Throwable>> readers = readers(channel, 100);
    loop.restart(256);
    assertAllFail(Errno.EPIPE, readers);
    Rig.await(
        () -> "the old control device is left",
        () -> !loop.services(ControlDevice.class, Loop.NEAR, "").contains(old));
    assertErrno(Errno.ENETRESET, device::open);
    assertErrno(Errno.ENODEV, () -> old.createEndpoint(new ChannelInfo("late", ANY, 9)));
    ControlDevice again = control();
    assertTrue("the number is free again: " + again, again.name().matches("rpmsg_ctrl[01]"));
    RpmsgEndpoint newEcho = loop.echo("echo");
    EndpointDevice next = again.createEndpoint(new ChannelInfo("it", ANY, newEcho.address()));
    try (EndpointChannel open = next.open()) {
      assertEchoes(open, 240);
      assertErrno(Errno.EMSGSIZE, () -> open.write(ByteBuffer.allocate(241)));
    }
    channel.close();
  }

  @Test
  public void whileTheNameServiceIsStoppedAndUpdatedTrafficGoesOn() throws Exception {
    ControlDevice control = control();
    EndpointDevice device = device();
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger trips = new AtomicInteger();
    try (EndpointChannel channel = device.open()) {
      CompletableFuture<Throwable> traffic = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              for (; !done.get(); trips.incrementAndGet()) {
                assertEchoes(channel, trips.get() % 497);
              }
              traffic.complete(null);
            } catch (Throwable failure) {
              traffic.complete(failure);
            }
          });
      for (int i = 0; i < 10; i++) {
        bundle("rpmsg.ns").stop();
        assertEquals(List.of(), loop.services(RpmsgTransport.class, Loop.NEAR, ""));
        int seen = trips.get();
        Rig.await(() -> "no traffic without it", () -> trips.get() > seen || traffic.isDone());
        bundle("rpmsg.ns").start();
        bundle("rpmsg.ns").update();
      }
      done.set(true);
      assertEquals(null, traffic.get(Rig.BOUND_SECONDS, TimeUnit.SECONDS));
    }
    assertEquals(List.of(control), loop.services(ControlDevice.class, Loop.NEAR, ""));
    assertTrue(device.exists());
  }

  @Test
  public void theQueueIsAsLongAsConfiguredAndABadLengthChangesNothing() throws Exception {
    org.osgi.service.cm.Configuration configuration =
        context
            .getService(context.getServiceReference(ConfigurationAdmin.class))
            .getConfiguration("rpmsg.chardev", "?");
    EndpointDevice device = device();
    try (EndpointChannel channel = device.open()) {
      configuration.update(new Hashtable<>(Map.of("queue", 3)));
      Rig.await(() -> "no limit", () -> overflows(channel, device, 4));
      assertEquals(3, drain(channel));
      configuration.update(new Hashtable<>(Map.of("queue", 0)));
      Rig.await(() -> "0 became a limit", () -> overflows(channel, device, 4));
      assertEquals(3, drain(channel));
      configuration.update(new Hashtable<>(Map.of("queue", 5)));
      Rig.await(() -> "no new limit", () -> overflows(channel, device, 6) && drain(channel) == 5);
    } finally {
      configuration.delete();
    }
    assertTrue("a change of the configuration ends no device", device.exists());
  }

  /** Has so many messages come; whether the last was dropped. What came is left to be read. */
  private boolean overflows(EndpointChannel channel, EndpointDevice device, int messages) {
    try {
      drain(channel);
      EndpointDevice.Counters before = device.counters();
      for (int i = 0; i < messages; i++) {
        channel.write(ByteBuffer.allocate(1), LONG);
      }
      Rig.await(
          () -> "the echoes",
          () ->
              device.counters().received() + device.counters().dropped()
                  == before.received() + before.dropped() + messages);
      return device.counters().dropped() == before.dropped() + 1;
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int drain(EndpointChannel channel) {
    int messages = 0;
    try {
      for (; ; messages++) {
        channel.read(ByteBuffer.allocate(1), Duration.ZERO);
      }
    } catch (RpmsgException empty) {
      assertEquals(Errno.EAGAIN, empty.errno());
      return messages;
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  public void theBundleSaysWhichChannelsItIsFor() {
    Object aliases =
        bundle("rpmsg.char")
            .adapt(BundleRevision.class)
            .getDeclaredCapabilities("rpmsg.driver")
            .getFirst()
            .getAttributes()
            .get("alias");
    assertEquals(
        List.of("rpmsg:rpmsg_ctrl", "rpmsg:rpmsg-raw", "rpmsg:rpmsg_chrdev"),
        List.copyOf((Collection<?>) aliases));
  }
}
