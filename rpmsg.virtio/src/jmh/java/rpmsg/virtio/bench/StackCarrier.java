// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgTransport;
import rpmsg.virtio.internal.transport.TestNode;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** The whole stack, from endpoint to listener: index 0 is the host, 1 the remote; doorbell poll. */
final class StackCarrier implements Carrier {
  private static final int ADDRESS = 0x500;

  private final TestNode node;
  private RpmsgTransport transport;

  StackCarrier(Path file, int index) {
    Role role = index == 0 ? Role.HOST : Role.REMOTE;
    node = TestNode.started(TestNode.config("bench", role, "shm:" + file, "poll", index));
  }

  @Override
  public Pipe open(RpmsgListener listener) throws RpmsgException {
    if (transport == null) {
      transport = node.awaitReady();
    }
    return new EndpointPipe(transport.createEndpoint(ADDRESS, listener));
  }

  @Override
  public Pipe openToSend() throws RpmsgException {
    return open(message -> {});
  }

  @Override
  public void close() {
    node.close();
  }

  private record EndpointPipe(RpmsgEndpoint endpoint) implements Pipe {
    @Override
    public void send(MemorySegment payload) throws RpmsgException {
      endpoint.sendTo(payload, ADDRESS, RpmsgEndpoint.DEFAULT_TIMEOUT);
    }

    @Override
    public void close() {
      endpoint.close();
    }
  }
}
