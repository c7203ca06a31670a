// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.internal.Bus;
import rpmsg.core.internal.ChannelRegistry;
import rpmsg.core.internal.Log;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;

/** From a message of a batch to the listener of one of many endpoints, each in its turn. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(DispatchBenchmark.BATCH)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class DispatchBenchmark {
  static final int BATCH = 32;

  /** How many endpoints are open. */
  @Param({"10", "100", "10000"})
  int endpoints;

  private final AddressedMessage message = new AddressedMessage();
  private Bus bus;
  private AddressSpace space;
  private int[] addresses;
  private int next;
  private long taken;

  @Setup(Level.Trial)
  public void open() throws RpmsgException {
    bus = new Bus(channel -> new Unregistered(), new Quiet());
    space = bus.open(new NoTransport());
    addresses = new int[endpoints];
    for (int i = 0; i < endpoints; i++) {
      addresses[i] = space.createEndpoint(RpmsgAddress.ANY, m -> taken += m.src()).address();
    }
  }

  @TearDown(Level.Trial)
  public void close() {
    space.close();
    bus.close();
  }

  @Benchmark
  public long eachToAnother() {
    space.beginBatch();
    for (int i = 0; i < BATCH; i++) {
      message.to(addresses[next]);
      next = next + 1 == endpoints ? 0 : next + 1;
      space.deliver(message);
    }
    space.endBatch();
    return taken;
  }

  @Benchmark
  public long allToOne() {
    space.beginBatch();
    message.to(addresses[0]);
    for (int i = 0; i < BATCH; i++) {
      space.deliver(message);
    }
    space.endBatch();
    return taken;
  }

  private static final class NoTransport implements TransportOps {
    @Override
    public String name() {
      return "bench";
    }

    @Override
    public ByteOrder order() {
      return ByteOrder.nativeOrder();
    }

    @Override
    public boolean announces() {
      return false;
    }

    @Override
    public void wake() {}
  }

  private static final class Unregistered implements ChannelRegistry.Entry {
    @Override
    public void update() {}

    @Override
    public void unregister() {}
  }

  private static final class Quiet implements Log {
    @Override
    public void info(String text) {}

    @Override
    public void warn(String text, Throwable cause) {}
  }
}
