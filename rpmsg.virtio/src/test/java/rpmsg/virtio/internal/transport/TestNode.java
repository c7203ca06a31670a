// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.osgi.service.log.Logger;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgTransport;
import rpmsg.core.SendResult;
import rpmsg.core.internal.Bus;
import rpmsg.core.internal.ChannelRegistry;
import rpmsg.core.internal.Log;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameService;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.virtio.internal.link.LinkOptions;

/**
 * One end of a link without OSGi: a bus, a transport and a name service of a few lines. What became
 * visible is in {@link #ready}, what was announced in {@link #announced}.
 */
public final class TestNode implements AutoCloseable, NameService {
  public static final Duration BOUND = Duration.ofSeconds(20);

  public final BlockingQueue<String> announced = new LinkedBlockingQueue<>();
  public final List<String> log = new CopyOnWriteArrayList<>();
  public final ConcurrentLinkedQueue<RpmsgTransport> ready = new ConcurrentLinkedQueue<>();
  public final Bus bus;
  public final VirtioTransport transport;

  public TestNode(TransportConfig config) {
    bus = new Bus(channel -> new Unregistered(), new QuietLog());
    transport = new VirtioTransport(config, bus, this::publish, logger());
    transport.start();
  }

  /** A node that has its name service from the start. */
  public static TestNode started(TransportConfig config) {
    TestNode node = new TestNode(config);
    node.transport.nameService(node);
    return node;
  }

  public static TransportConfig config(String name, TransportConfig.Role role, int index) {
    return config(name, role, "loopback:" + name.replaceAll("-.*", ""), "", index);
  }

  public static TransportConfig config(
      String name, TransportConfig.Role role, String link, String doorbell, int index) {
    return new TransportConfig(
        name,
        role,
        link,
        doorbell,
        index,
        LinkOptions.DEFAULT,
        false,
        false,
        512,
        256,
        Duration.ofSeconds(2),
        Duration.ZERO,
        64);
  }

  /** The same with other options of the link. */
  public static TransportConfig with(TransportConfig config, LinkOptions options) {
    return new TransportConfig(
        config.name(),
        config.role(),
        config.link(),
        config.doorbell(),
        config.index(),
        options,
        config.alwaysKick(),
        config.noStatus(),
        config.bufferSize(),
        config.buffers(),
        config.attachTimeout(),
        config.reannounce(),
        config.keep());
  }

  /** The same with other buffers. */
  public static TransportConfig withBuffers(TransportConfig config, int size, int count) {
    return new TransportConfig(
        config.name(),
        config.role(),
        config.link(),
        config.doorbell(),
        config.index(),
        config.options(),
        config.alwaysKick(),
        config.noStatus(),
        size,
        count,
        config.attachTimeout(),
        config.reannounce(),
        config.keep());
  }

  /** The same for an RPMsg-Lite peer: always kick, no status. */
  public static TransportConfig lite(TransportConfig config) {
    return new TransportConfig(
        config.name(),
        config.role(),
        config.link(),
        config.doorbell(),
        config.index(),
        config.options(),
        true,
        true,
        config.bufferSize(),
        config.buffers(),
        config.attachTimeout(),
        config.reannounce(),
        config.keep());
  }

  /** The same with little patience for the name service, which may keep little. */
  public static TransportConfig bounded(TransportConfig config, Duration attach, int keep) {
    return new TransportConfig(
        config.name(),
        config.role(),
        config.link(),
        config.doorbell(),
        config.index(),
        config.options(),
        config.alwaysKick(),
        config.noStatus(),
        config.bufferSize(),
        config.buffers(),
        attach,
        config.reannounce(),
        keep);
  }

  /** The same that announces again every so often. */
  public static TransportConfig reannouncing(TransportConfig config, Duration period) {
    return new TransportConfig(
        config.name(),
        config.role(),
        config.link(),
        config.doorbell(),
        config.index(),
        config.options(),
        config.alwaysKick(),
        config.noStatus(),
        config.bufferSize(),
        config.buffers(),
        config.attachTimeout(),
        period,
        config.keep());
  }

  /** Lines of the log at this level. */
  public List<String> logged(String level) {
    return log.stream().filter(line -> line.startsWith(level + " ")).toList();
  }

  public void awaitState(rpmsg.core.TransportInfo.State state) {
    await(state.toString(), () -> transport.state() == state);
  }

  /** The address space of the link that is up. */
  public AddressSpace space() {
    return (AddressSpace) transport.transport();
  }

  public long counter(String name) {
    return transport.counters().get(name);
  }

  public void awaitCounter(String name, long value) {
    await(name + " = " + value, () -> counter(name) >= value);
    if (counter(name) != value) {
      throw new AssertionError(name + " expected " + value + ", actual " + counter(name));
    }
  }

  public String dump() {
    StringBuilder text = new StringBuilder();
    try {
      transport.dump(text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return text.toString();
  }

  private Runnable publish(RpmsgTransport space) {
    ready.add(space);
    return () -> ready.remove(space);
  }

  /** Waits until the transport is ready and returns its address space. */
  public RpmsgTransport awaitReady() {
    await("ready", () -> !ready.isEmpty());
    return ready.peek();
  }

  /** The channels of a link but that of its control device. */
  public static List<RpmsgChannel> channels(RpmsgTransport space) {
    return space.channels().stream().filter(c -> !c.name().equals("rpmsg_ctrl")).toList();
  }

  /** Waits for a condition, bounded. */
  public static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + BOUND.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("did not happen in time: " + what, new TimeoutException());
      }
      Thread.yield();
    }
  }

  public String nextAnnounced() throws InterruptedException {
    return announced.poll(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  /** Sends to an address until there is no transmit buffer. */
  static void fill(RpmsgEndpoint endpoint, int dst) throws RpmsgException {
    while (endpoint.trySendTo(bytes("x"), dst) == SendResult.SENT) {
      Thread.onSpinWait();
    }
  }

  /** An endpoint that sends back whatever comes. */
  public static RpmsgEndpoint echo(RpmsgTransport space, String name, int address)
      throws RpmsgException {
    CompletableFuture<RpmsgEndpoint> self = new CompletableFuture<>();
    RpmsgEndpoint endpoint =
        space.announce(
            name,
            address,
            message ->
                self.get(1, TimeUnit.SECONDS)
                    .sendTo(message.payload(), message.src(), Duration.ofSeconds(1)));
    self.complete(endpoint);
    return endpoint;
  }

  public static MemorySegment bytes(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public Binding attach(AddressSpace space, Duration bound) throws RpmsgException {
    RpmsgEndpoint endpoint =
        space.bind(
            RpmsgAddress.NAME_SERVICE,
            message -> {
              NameServiceMessage ns =
                  NameServiceMessage.decode(message.toByteArray(), space.order());
              return space.execute(() -> handle(space, ns));
            });
    return endpoint::close;
  }

  private void handle(AddressSpace space, NameServiceMessage ns) {
    ChannelInfo info = new ChannelInfo(ns.name(), RpmsgAddress.ANY, ns.address());
    try {
      if (ns.destroy()) {
        space.releaseAnnounced(info);
      } else {
        space.createAnnounced(info);
      }
      announced.add((ns.destroy() ? "-" : "+") + ns.name() + "@" + ns.address());
    } catch (RpmsgException refused) {
      announced.add("!" + refused.getMessage());
    }
  }

  Logger logger() {
    return (Logger)
        Proxy.newProxyInstance(
            TestNode.class.getClassLoader(),
            new Class<?>[] {Logger.class},
            (proxy, method, arguments) -> {
              log.add(method.getName() + " " + java.util.Arrays.deepToString(arguments));
              return method.getReturnType() == boolean.class ? false : null;
            });
  }

  @Override
  public void close() {
    transport.close();
    bus.close();
  }

  private static final class Unregistered implements ChannelRegistry.Entry {
    @Override
    public void update() {}

    @Override
    public void unregister() {}
  }

  private static final class QuietLog implements Log {
    @Override
    public void info(String message) {}

    @Override
    public void warn(String message, Throwable cause) {}
  }
}
