// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import rpmsg.bench.internal.carrier.Stamp;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Memory of its own, which the stack copies. */
final class CopySender implements Sender {
  private final RpmsgEndpoint endpoint;
  private final Turns dst;
  private final int size;
  private final MemorySegment payload;

  CopySender(RpmsgEndpoint endpoint, Turns dst, int size) {
    this.endpoint = endpoint;
    this.dst = dst;
    this.size = size;
    payload = Arena.ofAuto().allocate(size, 64);
  }

  @Override
  public void send(long sequence) throws RpmsgException {
    Stamp.write(payload, 0, size, sequence);
    forward(payload);
  }

  @Override
  public void forward(MemorySegment data) throws RpmsgException {
    endpoint.sendTo(data, dst.next(), RpmsgEndpoint.DEFAULT_TIMEOUT);
  }
}
