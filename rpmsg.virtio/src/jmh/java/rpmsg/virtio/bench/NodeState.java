// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.transport.TestNode;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** A node of either role over a loopback, and the rings at the other end. */
@State(Scope.Benchmark)
public class NodeState {
  /** The side that is measured: HOST is the driver side, REMOTE the device side. */
  @Param Role role;

  /** Bytes of payload. */
  @Param({"16", "496"})
  int size;

  RpmsgTransport transport;
  RingPeer peer;
  MemorySegment payload;

  private TestNode node;

  @Setup(Level.Trial)
  public void start() throws Exception {
    String link = "loopback:bench" + role;
    node = TestNode.started(TestNode.config("bench", role, link, "poll", 0));
    RingPeer.await(() -> !node.transport.reason().contains("starting"));
    peer = RingPeer.of(role, link);
    transport = node.awaitReady();
    payload = Arena.ofAuto().allocate(size, 64);
  }

  @TearDown(Level.Trial)
  public void stop() {
    node.close();
    peer.close();
  }
}
