// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.wire.RpmsgHeader;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VringFlags;

/** A driver's rings: it takes from ring 0 and sends on ring 1. Buffers stay with their ids. */
final class DriverPeer extends RingPeer {
  private final DriverVirtqueue receive;
  private final DriverVirtqueue transmit;
  private final int buffers;
  private int fresh;

  DriverPeer(String name) throws LinkException {
    super(name);
    link.config().status(0);
    receive = ring(0).driver();
    transmit = ring(1).driver();
    buffers = ring(0).num();
    for (int id = 0; id < buffers; id++) {
      receive.add(receiveAddress(id), BUFFER_SIZE, VringFlags.DESC_WRITE);
    }
    receive.publishAvail();
    link.config().driverFeatures(link.config().deviceFeatures());
    driverIsOk();
  }

  private long receiveAddress(int id) {
    return link.pool().offset() + (long) id * BUFFER_SIZE;
  }

  private long transmitAddress(int id) {
    return receiveAddress(buffers + id);
  }

  @Override
  boolean take() {
    int id = receive.nextUsed();
    if (id == DriverVirtqueue.NONE) {
      return false;
    }
    receive.add(receiveAddress(id), BUFFER_SIZE, VringFlags.DESC_WRITE);
    return receive.publishAvail();
  }

  /** The id freed last is the one that the ring takes next. */
  @Override
  boolean put(int dst, MemorySegment payload) {
    int id = fresh < buffers ? fresh++ : transmit.nextUsed();
    if (id == DriverVirtqueue.NONE) {
      return false;
    }
    fill(transmitAddress(id), dst, payload);
    transmit.add(transmitAddress(id), RpmsgHeader.SIZE + (int) payload.byteSize(), 0);
    return transmit.publishAvail();
  }
}
