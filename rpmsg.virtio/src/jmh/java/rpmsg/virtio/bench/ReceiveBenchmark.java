// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgMessage;

/**
 * Messages from the ring to a listener on the receive thread, in batches that the ring has room
 * for.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ReceiveBenchmark.MESSAGES)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ReceiveBenchmark {
  static final int MESSAGES = 128;

  private static final int COPY_TO = 0x400;
  private static final int PAYLOAD = 0x401;
  private static final int HOLD = 0x402;
  private static final int ECHO = 0x403;

  private final MemorySegment copy = Arena.ofAuto().allocate(512, 64);
  private RpmsgEndpoint echo;
  private volatile long received;
  private long wanted;
  private final BooleanSupplier allReceived = () -> received == wanted;

  @Setup(Level.Trial)
  public void open(NodeState node) throws RpmsgException {
    node.transport.createEndpoint(COPY_TO, this::copy);
    node.transport.createEndpoint(PAYLOAD, this::view);
    node.transport.createEndpoint(HOLD, this::hold);
    echo = node.transport.createEndpoint(ECHO, this::answer);
  }

  private void copy(RpmsgMessage message) {
    message.copyTo(copy, 0);
    count();
  }

  private void view(RpmsgMessage message) {
    MemorySegment.copy(message.payload(), 0, copy, 0, message.length());
    count();
  }

  private void hold(RpmsgMessage message) throws RpmsgException {
    message.hold();
    message.release();
    count();
  }

  private void answer(RpmsgMessage message) throws RpmsgException {
    echo.sendTo(message.payload(), message.src(), RpmsgEndpoint.DEFAULT_TIMEOUT);
    count();
  }

  /** On the receive thread alone. */
  private void count() {
    received = received + 1;
  }

  @Benchmark
  public long copyTo(NodeState node) {
    return deliver(node, COPY_TO);
  }

  @Benchmark
  public long payload(NodeState node) {
    return deliver(node, PAYLOAD);
  }

  @Benchmark
  public long holdAndRelease(NodeState node) {
    return deliver(node, HOLD);
  }

  @Benchmark
  public long echo(NodeState node) {
    long sum = deliver(node, ECHO);
    for (int i = 0; i < MESSAGES; i++) {
      node.peer.take();
    }
    return sum;
  }

  private long deliver(NodeState node, int dst) {
    wanted = received + MESSAGES;
    for (int i = 0; i < MESSAGES; i++) {
      node.peer.put(dst, node.payload);
    }
    RingPeer.await(allReceived);
    return wanted;
  }
}
