// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.io.IOException;
import java.util.ArrayDeque;
import rpmsg.virtio.internal.link.DeviceMemory;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.wire.RpmsgHeader;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VringFlags;

/**
 * The driver's side, what Linux is: it owns all buffers, receives on ring 0 and sends on ring 1
 * (LX114). The receive ring's buffers come first in the pool, then the transmit ring's
 * (openamp-contract section 1). Each buffer keeps its descriptor, so that a device that remembers
 * where a descriptor's buffer lies finds it there.
 */
final class DriverSide implements Side {
  private final DriverVirtqueue receive;
  private final DriverVirtqueue transmit;
  private final RpmsgHeader header;
  private final Counters counters;
  private final HeldBuffers held;
  private final ReadAhead ahead = new ReadAhead();
  private final int bufferSize;
  private final RxBuffer[] receiveById;
  private final TxBuffer[] transmitById;
  private final ArrayDeque<TxBuffer> free = new ArrayDeque<>();
  private final int transmitBuffers;

  DriverSide(
      DriverVirtqueue receive,
      DriverVirtqueue transmit,
      DeviceMemory memory,
      long pool,
      int bufferSize,
      int buffers,
      RpmsgHeader header,
      Counters counters,
      Transmitter transmitter,
      Runnable wake) {
    this.receive = receive;
    this.transmit = transmit;
    this.header = header;
    this.counters = counters;
    this.bufferSize = bufferSize;
    int receiveBuffers = Math.min(buffers, receive.config().num());
    transmitBuffers = Math.min(receiveBuffers, transmit.config().num());
    held = new HeldBuffers(Math.max(1, receiveBuffers / 2), wake);
    receiveById = new RxBuffer[receive.config().num()];
    transmitById = new TxBuffer[transmit.config().num()];
    for (int i = 0; i < receiveBuffers; i++) {
      post(memory, pool + (long) i * bufferSize);
    }
    for (int i = 0; i < transmitBuffers; i++) {
      TxBuffer buffer = new TxBuffer(transmitter);
      buffer.place(memory, pool + (long) (receiveBuffers + i) * bufferSize, bufferSize);
      buffer.id = i;
      transmitById[i] = buffer;
      free.addLast(buffer);
    }
    receive.publishAvail();
    transmit.suppressInterrupts();
  }

  /** Bytes of pool that two rings of these sizes need. */
  static long poolSize(int receiveNum, int transmitNum, int bufferSize, int buffers) {
    int each = Math.min(buffers, receiveNum);
    return (long) bufferSize * (each + Math.min(each, transmitNum));
  }

  private void post(DeviceMemory memory, long address) {
    int id = receive.add(address, bufferSize, VringFlags.DESC_WRITE);
    receiveById[id] = new RxBuffer(id, held);
    receiveById[id].place(memory, address, bufferSize);
  }

  @Override
  public int arrived() {
    int arrived = receive.arrived();
    if (arrived > 0) {
      ahead.of(receiveById[receive.expected()]);
    }
    return arrived;
  }

  @Override
  public boolean hasReceived() {
    return receive.hasUsed();
  }

  @Override
  public RxBuffer nextReceived() {
    for (; ; ) {
      int id = receive.nextUsed();
      if (id == DriverVirtqueue.NONE) {
        return null;
      }
      RxBuffer buffer = receiveById[id];
      int used = receive.usedLength();
      if (used >= RpmsgHeader.SIZE && used <= bufferSize && buffer.load(header, used)) {
        ahead.seen(buffer.length());
        return buffer;
      }
      counters.badMessages++;
      recycle(buffer);
    }
  }

  @Override
  public void recycle(RxBuffer buffer) {
    receive.add(buffer.id, buffer.address, bufferSize, VringFlags.DESC_WRITE);
  }

  @Override
  public boolean publishReceived() {
    return receive.publishAvail();
  }

  @Override
  public boolean receiveKickNeeded() {
    return receive.kickNeeded();
  }

  @Override
  public void suppressReceive() {
    receive.suppressInterrupts();
  }

  @Override
  public boolean enableReceive() {
    return receive.enableInterrupts();
  }

  @Override
  public HeldBuffers heldBuffers() {
    return held;
  }

  @Override
  public TxBuffer take() {
    TxBuffer fresh = free.pollFirst();
    if (fresh != null) {
      return fresh;
    }
    int id = transmit.nextUsed();
    return id == DriverVirtqueue.NONE ? null : transmitById[id];
  }

  @Override
  public void prepare(TxBuffer buffer) {
    transmit.prepareAvail(buffer.id);
  }

  @Override
  public void publish(TxBuffer buffer) {
    if (!transmit.add(buffer.id, buffer.address, buffer.total(), 0)) {
      free.addFirst(buffer);
      return;
    }
    transmit.publishAvail();
  }

  @Override
  public void giveBack(TxBuffer buffer) {
    free.addFirst(buffer);
  }

  @Override
  public boolean sendKickNeeded(boolean peerFences) {
    return transmit.kickNeeded(peerFences);
  }

  @Override
  public boolean hasFree() {
    return !free.isEmpty() || transmit.hasUsed();
  }

  @Override
  public void enableFree() {
    transmit.enableInterrupts();
  }

  @Override
  public void suppressFree() {
    transmit.suppressInterrupts();
  }

  @Override
  public int transmitQueue() {
    return 1;
  }

  @Override
  public int mtu() {
    return RpmsgHeader.payload(bufferSize);
  }

  @Override
  public boolean overwritten() {
    return false;
  }

  /** The driver chooses the memory, so its peer cannot change it. */
  @Override
  public void move(Link link, boolean eventIdx) {
    throw new IllegalStateException("a driver's memory does not move");
  }

  /** A driver that comes back lays its rings out anew. */
  @Override
  public void settle(RxBuffer refused) {}

  @Override
  public void dump(Appendable out) throws IOException {
    out.append(
        "  vring0 receive  %s, posted %d, held %d of %d%n"
            .formatted(receive, receive.outstanding(), held.held(), held.limit()));
    out.append(
        "  vring1 transmit %s, with the peer %d, free %d%n"
            .formatted(transmit, transmit.outstanding(), transmitBuffers - transmit.outstanding()));
  }
}
