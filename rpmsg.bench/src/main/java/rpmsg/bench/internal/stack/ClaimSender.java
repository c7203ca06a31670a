// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.stack;

import java.lang.foreign.MemorySegment;
import rpmsg.bench.internal.carrier.Stamp;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;

/** Writes into the transmit buffer itself. */
final class ClaimSender implements Sender {
  private final RpmsgEndpoint endpoint;
  private final Turns dst;
  private final int size;

  ClaimSender(RpmsgEndpoint endpoint, Turns dst, int size) {
    this.endpoint = endpoint;
    this.dst = dst;
    this.size = size;
  }

  @Override
  public void send(long sequence) throws RpmsgException {
    BufferClaim claim = claim(size);
    Stamp.write(claim.segment(), 0, size, sequence);
    claim.publish();
  }

  @Override
  public void forward(MemorySegment payload) throws RpmsgException {
    BufferClaim claim = claim((int) payload.byteSize());
    claim.segment().copyFrom(payload);
    claim.publish();
  }

  private BufferClaim claim(int length) throws RpmsgException {
    BufferClaim claim = endpoint.claim(length, dst.next(), RpmsgEndpoint.DEFAULT_TIMEOUT);
    if (claim == null) {
      throw new RpmsgException(Errno.ERESTARTSYS, "the other process takes nothing");
    }
    return claim;
  }
}
