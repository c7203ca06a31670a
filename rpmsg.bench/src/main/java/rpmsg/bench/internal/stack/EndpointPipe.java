// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.util.List;
import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Endpoints of this stack, with how they receive and how the first of them sends. */
record EndpointPipe(List<RpmsgEndpoint> endpoints, Sender sender, Taker taker) implements Pipe {
  @Override
  public void send(long sequence) throws RpmsgException {
    sender.send(sequence);
  }

  @Override
  public void close() {
    endpoints.forEach(RpmsgEndpoint::close);
    taker.close();
  }
}
