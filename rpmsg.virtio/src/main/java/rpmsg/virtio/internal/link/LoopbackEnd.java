// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.link.LinkException.Kind;

/** One index of a loopback. */
final class LoopbackEnd implements Backing {

  private final Loopback loopback;
  private final String description;
  private final LocalDoorbell doorbell = new LocalDoorbell();

  LoopbackEnd(Loopback loopback, String description) {
    this.loopback = loopback;
    this.description = description;
  }

  LocalDoorbell doorbell() {
    return doorbell;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public MemorySegment memory() {
    return loopback.memory();
  }

  /** Tells that the other end has closed also where the link polls. */
  @Override
  public void check() throws LinkException {
    if (doorbell.peerClosed()) {
      throw new LinkException(Kind.PEER_CLOSED, description + ": the other end has closed");
    }
  }

  @Override
  public void close() {
    doorbell.close();
    loopback.leave();
  }
}
