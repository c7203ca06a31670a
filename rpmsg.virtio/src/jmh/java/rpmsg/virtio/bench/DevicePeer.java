// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.MemorySegment;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.ring.DeviceVirtqueue;

/** A device's rings: it sends on ring 0 and takes from ring 1. */
final class DevicePeer extends RingPeer {
  private final DeviceVirtqueue transmit;
  private final DeviceVirtqueue receive;

  DevicePeer(String name) throws LinkException {
    super(name);
    await(this::driverOk);
    transmit = ring(0).device();
    receive = ring(1).device();
  }

  @Override
  boolean take() {
    int id = receive.nextAvail();
    if (id == DeviceVirtqueue.NONE) {
      return false;
    }
    receive.addUsed(id, receive.length());
    return receive.publishUsed();
  }

  @Override
  boolean put(int dst, MemorySegment payload) {
    int id = transmit.nextAvail();
    if (id == DeviceVirtqueue.NONE) {
      return false;
    }
    fill(transmit.address(), dst, payload);
    transmit.addUsed(id, transmit.length());
    return transmit.publishUsed();
  }
}
