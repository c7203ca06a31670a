// SPDX-License-Identifier: Apache-2.0
package rpmsg.tests;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.TransportInfo;

/** Terminals in a container: two transports of one loopback, the remote one announces. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class TtyIT {
  private static final int MTU = 496;
  private static final int FLOOD = 5_000_000;
  private static final Duration BOUND = Duration.ofSeconds(Rig.BOUND_SECONDS);

  @Inject private BundleContext context;
  @Inject private ConfigurationAdmin admin;

  private final List<Configuration> configurations = new ArrayList<>();
  private final BlockingQueue<byte[]> got = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> partner = new CompletableFuture<>();
  private Path folder;
  private RpmsgEndpoint remote;

  @org.ops4j.pax.exam.Configuration
  public Option[] configuration() {
    return new Option[] {Container.options()};
  }

  @Before
  public void up() throws Exception {
    folder = Files.createTempDirectory("rpmsg-tty");
    Configuration tty = admin.getConfiguration("rpmsg.tty", "?");
    tty.update(new Hashtable<>(Map.of("link", folder + "/ttyRPMSG%d")));
    configurations.add(tty);
    transport("tty-host", "host", 0);
    transport("tty-remote", "remote", 1);
    remote = announce();
    bundle().start();
    Rig.await(() -> "the terminal", () -> Files.exists(link()));
  }

  @After
  public void down() throws Exception {
    bundle().stop();
    for (Configuration configuration : configurations) {
      configuration.delete();
    }
    String both = "(rpmsg.transport=tty-*)";
    Rig.await(() -> "no transports", () -> references(TransportInfo.class, both).isEmpty());
    Rig.await(() -> "" + Rig.threads(), () -> !Rig.threads().contains("rpmsg-tty"));
    Files.delete(folder);
  }

  private void transport(String name, String role, int index) throws IOException {
    Configuration configuration = admin.createFactoryConfiguration("rpmsg.virtio", "?");
    configuration.update(
        new Hashtable<>(
            Map.of("name", name, "role", role, "link", "loopback:tty-it", "index", index)));
    configurations.add(configuration);
  }

  private RpmsgEndpoint announce() throws Exception {
    return service(RpmsgTransport.class, "tty-remote")
        .announce(
            "rpmsg-tty",
            RpmsgAddress.ANY,
            message -> {
              partner.complete(message.src());
              got.add(message.toByteArray());
            });
  }

  private <T> T service(Class<T> type, String transport) {
    String filter = "(rpmsg.transport=" + transport + ")";
    Rig.await(() -> type + " of " + transport, () -> !references(type, filter).isEmpty());
    return context.getService(references(type, filter).getFirst());
  }

  private <T> List<ServiceReference<T>> references(Class<T> type, String filter) {
    try {
      return List.copyOf(context.getServiceReferences(type, filter));
    } catch (InvalidSyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private Bundle bundle() {
    return Arrays.stream(context.getBundles())
        .filter(bundle -> "rpmsg.tty".equals(bundle.getSymbolicName()))
        .findFirst()
        .orElseThrow();
  }

  private Path link() {
    return folder.resolve("ttyRPMSG0");
  }

  private FileChannel program() throws IOException {
    return FileChannel.open(link(), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] read(FileChannel program, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining() && program.read(buffer) > 0) {}
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** The end, or EIO while the hangup is under way. */
  private static void assertHungUp(FileChannel program) {
    try {
      assertEquals(-1, program.read(ByteBuffer.allocate(1)));
    } catch (IOException hungUp) {
      assertEquals("Input/output error", hungUp.getMessage());
    }
  }

  private byte[] received(int count) throws InterruptedException {
    ByteBuffer all = ByteBuffer.allocate(count);
    while (all.hasRemaining()) {
      byte[] next = got.poll(Rig.BOUND_SECONDS, TimeUnit.SECONDS);
      assertTrue(all.position() + " bytes of " + count, next != null);
      assertTrue(next.length <= MTU);
      all.put(next);
    }
    return all.array();
  }

  /** The program speaks first, so that the remote knows the address of the terminal. */
  private void greet(FileChannel program) throws Exception {
    program.write(ByteBuffer.wrap(new byte[] {'h', 'i'}));
    assertArrayEquals(new byte[] {'h', 'i'}, received(2));
    assertEquals((int) partner.get(), address());
  }

  private int address() {
    RpmsgChannel channel = context.getService(references(RpmsgChannel.class, FILTER).getFirst());
    return channel.src();
  }

  private static final String FILTER = "(&(rpmsg.name=rpmsg-tty)(rpmsg.transport=tty-host))";

  @Test
  public void lx177_bytesPassBothWays() throws Exception {
    try (FileChannel program = program()) {
      greet(program);
      byte[] there = random(100_000);
      Thread writer = Thread.ofPlatform().start(() -> write(program, there));
      assertArrayEquals(there, received(there.length));
      assertTrue(writer.join(BOUND));
      remote.sendTo(MemorySegment.ofArray(random(MTU)), partner.get(), BOUND);
      assertArrayEquals(random(MTU), read(program, MTU));
    }
  }

  private static void write(FileChannel program, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      while (buffer.hasRemaining()) {
        program.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  public void whileAProgramDoesNotReadThePeerFeelsBackPressureAndNotOneByteIsLost()
      throws Exception {
    TransportInfo host = service(TransportInfo.class, "tty-host");
    TransportInfo far = service(TransportInfo.class, "tty-remote");
    byte[] bytes = random(FLOOD);
    try (FileChannel program = program()) {
      greet(program);
      Thread flood = Thread.ofPlatform().start(() -> flood(bytes));
      Rig.await(() -> "" + host.state(), () -> host.state() == TransportInfo.State.PARKED);
      Rig.await(() -> "back-pressure", () -> far.counters().get("backPressure") > 0);
      assertTrue(flood.isAlive());
      assertArrayEquals(bytes, read(program, FLOOD));
      assertTrue(flood.join(BOUND));
      Rig.await(() -> "" + host.state(), () -> host.state() == TransportInfo.State.READY);
    }
    assertEquals((Long) 1L, host.counters().get("links"));
  }

  private void flood(byte[] bytes) {
    MemorySegment all = MemorySegment.ofArray(bytes);
    try {
      for (long at = 0; at < FLOOD; at += MTU) {
        remote.sendTo(all.asSlice(at, Math.min(MTU, FLOOD - at)), address(), BOUND);
      }
    } catch (RpmsgException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  public void stoppingTheBundleHangsUpAndStartingItMakesTheTerminalAnew() throws Exception {
    for (int round = 0; round < 5; round++) {
      try (FileChannel program = program()) {
        greet(program);
        bundle().stop();
        assertFalse(Files.exists(link(), LinkOption.NOFOLLOW_LINKS));
        assertHungUp(program);
      }
      assertEquals(1, references(RpmsgChannel.class, FILTER).size());
      bundle().start();
      Rig.await(() -> "the terminal", () -> Files.exists(link()));
    }
  }

  @Test
  public void whenTheFirmwareWithdrawsItTheTerminalGoes() throws Exception {
    try (FileChannel program = program()) {
      greet(program);
      remote.close();
      Rig.await(() -> "no link", () -> !Files.exists(link(), LinkOption.NOFOLLOW_LINKS));
      assertHungUp(program);
    }
    Rig.await(() -> "" + Rig.threads(), () -> !Rig.threads().contains("rpmsg-tty"));
  }
}
