// SPDX-License-Identifier: Apache-2.0
package rpmsg.examples.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import rpmsg.core.ChannelInfo;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.internal.Bus;
import rpmsg.core.internal.ChannelRegistry;
import rpmsg.core.internal.DriverEntry;
import rpmsg.core.internal.Log;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** A remote processor that writes down what it gets; it answers when the test says so. */
final class Remote implements TransportOps, AutoCloseable {
  static final int AT = 0x400;

  final List<String> got = new CopyOnWriteArrayList<>();
  private final List<RpmsgChannel> channels = new CopyOnWriteArrayList<>();
  private final Bus bus = new Bus(this::register, new Quiet());
  private final AddressSpace space = bus.open(this);

  private record Message(int src, int dst, byte[] bytes) implements RpmsgMessage {
    @Override
    public int length() {
      return bytes.length;
    }

    @Override
    public MemorySegment payload() {
      return MemorySegment.ofArray(bytes).asReadOnly();
    }

    @Override
    public void copyTo(MemorySegment target, long offset) {
      MemorySegment.copy(payload(), 0, target, offset, bytes.length);
    }

    @Override
    public void hold() {}

    @Override
    public void release() {}
  }

  /** Binds a driver to a channel of this name. */
  RpmsgChannel bind(String name, RpmsgDriver driver) throws RpmsgException {
    bus.add(DriverEntry.of("driver", List.of(name), driver));
    space.createChannel(new ChannelInfo(name, RpmsgAddress.ANY, AT));
    settle();
    return channels.getLast();
  }

  /** Sends a text to an address. */
  void say(int dst, String text) {
    space.deliver(new Message(AT, dst, text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** The addresses of all endpoints. */
  List<Integer> addresses() {
    return space.endpoints().stream().map(e -> e.address()).toList();
  }

  private void settle() {
    CountDownLatch done = new CountDownLatch(1);
    assertTrue(space.execute(done::countDown));
    try {
      assertTrue(done.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public boolean send(int src, int dst, MemorySegment payload, long timeoutNanos) {
    got.add(new String(payload.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1));
    return true;
  }

  @Override
  public String name() {
    return "virtio0";
  }

  @Override
  public ByteOrder order() {
    return ByteOrder.LITTLE_ENDIAN;
  }

  @Override
  public boolean announces() {
    return false;
  }

  @Override
  public int mtu() {
    return 496;
  }

  @Override
  public void wake() {}

  @Override
  public void close() {
    bus.close();
  }

  private ChannelRegistry.Entry register(RpmsgChannel channel) {
    channels.add(channel);
    return new ChannelRegistry.Entry() {
      @Override
      public void update() {}

      @Override
      public void unregister() {}
    };
  }

  private static final class Quiet implements Log {
    @Override
    public void info(String message) {}

    @Override
    public void warn(String message, Throwable cause) {}
  }
}
