// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import rpmsg.bench.internal.carrier.Pipe;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** An endpoint of this stack, with how it sends and receives. */
record EndpointPipe(RpmsgEndpoint endpoint, Sender sender, Taker taker) implements Pipe {
  @Override
  public void send(long sequence) throws RpmsgException {
    sender.send(sequence);
  }

  @Override
  public void close() {
    endpoint.close();
    taker.close();
  }
}
