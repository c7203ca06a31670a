// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import rpmsg.core.BufferClaim;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.SendResult;

/** One message from the public API into the ring, and its buffer back from there. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SendBenchmark {
  private static final int DST = 0x400;

  private RpmsgEndpoint endpoint;

  @Setup(Level.Trial)
  public void open(NodeState node) throws RpmsgException {
    endpoint = node.transport.createEndpoint(RpmsgAddress.ANY, message -> {});
  }

  @Benchmark
  public boolean sendTo(NodeState node) throws RpmsgException {
    endpoint.sendTo(node.payload, DST, RpmsgEndpoint.DEFAULT_TIMEOUT);
    return node.peer.take();
  }

  @Benchmark
  public SendResult trySendTo(NodeState node) throws RpmsgException {
    SendResult result = endpoint.trySendTo(node.payload, DST);
    node.peer.take();
    return result;
  }

  @Benchmark
  public boolean claimAndPublish(NodeState node) throws RpmsgException {
    BufferClaim claim = endpoint.claim(node.size, DST, RpmsgEndpoint.DEFAULT_TIMEOUT);
    MemorySegment.copy(node.payload, 0, claim.segment(), 0, node.size);
    claim.publish();
    return node.peer.take();
  }
}
