// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.io.IOException;
import java.util.ArrayDeque;
import rpmsg.virtio.internal.link.DeviceMemory;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.wire.RpmsgHeader;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.VringFlags;

/**
 * The device's side, what firmware is: it sends on ring 0 and receives on ring 1, in buffers that
 * the driver owns. Every buffer goes back with its full descriptor length, because OpenAMP takes
 * that for its capacity (openamp-contract trap 1, LX141).
 */
final class DeviceSide implements Side {
  private static final int CHAINED = VringFlags.DESC_NEXT | VringFlags.DESC_INDIRECT;

  private final DeviceVirtqueue transmit;
  private final DeviceVirtqueue receive;
  private DeviceMemory memory;
  private final RpmsgHeader header;
  private final Counters counters;
  private final HeldBuffers held;
  private final ReadAhead ahead = new ReadAhead();
  private final RxBuffer[] receiveById;
  private final TxBuffer[] transmitById;
  private final ArrayDeque<TxBuffer> unused = new ArrayDeque<>();
  private volatile int smallest = -1;

  /** Entries that named no descriptor and were counted already. */
  private long receiveSkipped;

  private long transmitSkipped;

  DeviceSide(
      DeviceVirtqueue transmit,
      DeviceVirtqueue receive,
      DeviceMemory memory,
      RpmsgHeader header,
      Counters counters,
      Transmitter transmitter,
      Runnable wake) {
    this.transmit = transmit;
    this.receive = receive;
    this.memory = memory;
    this.header = header;
    this.counters = counters;
    int num = receive.config().num();
    held = new HeldBuffers(Math.max(1, num / 2), wake);
    receiveById = new RxBuffer[num];
    for (int i = 0; i < num; i++) {
      receiveById[i] = new RxBuffer(i, held);
    }
    transmitById = new TxBuffer[transmit.config().num()];
    for (int i = 0; i < transmitById.length; i++) {
      transmitById[i] = new TxBuffer(transmitter);
      transmitById[i].id = i;
    }
    transmit.suppressKicks();
    TxBuffer first = take();
    if (first != null) {
      unused.addFirst(first);
    }
  }

  @Override
  public int arrived() {
    counters.badEntries += receive.badEntries() - receiveSkipped;
    receiveSkipped = receive.badEntries();
    int arrived = receive.arrived();
    int expected = receive.expected();
    if (arrived > 0 && expected != DeviceVirtqueue.NONE) {
      ahead.of(receiveById[expected]);
    }
    return arrived;
  }

  @Override
  public boolean hasReceived() {
    return receive.hasAvail();
  }

  @Override
  public RxBuffer nextReceived() {
    for (int i = 0; i < receiveById.length; i++) {
      int id = receive.nextAvail();
      if (id == DeviceVirtqueue.NONE) {
        break;
      }
      int length = receive.length();
      RxBuffer buffer = receiveById[id];
      if (!usable(receive) || !buffer.place(memory, receive.address(), length)) {
        counters.badEntries++;
        receive.addUsed(id, length);
        continue;
      }
      if (buffer.load(header, length)) {
        ahead.seen(buffer.length());
        return buffer;
      }
      counters.badMessages++;
      receive.addUsed(id, length);
    }
    return null;
  }

  @Override
  public void recycle(RxBuffer buffer) {
    receive.addUsed(buffer.id, buffer.capacity);
  }

  @Override
  public boolean publishReceived() {
    return receive.publishUsed();
  }

  @Override
  public boolean receiveKickNeeded() {
    return receive.interruptNeeded();
  }

  @Override
  public void suppressReceive() {
    receive.suppressKicks();
  }

  @Override
  public boolean enableReceive() {
    return receive.enableKicks();
  }

  @Override
  public HeldBuffers heldBuffers() {
    return held;
  }

  @Override
  public TxBuffer take() {
    TxBuffer given = unused.pollFirst();
    if (given != null) {
      return given;
    }
    for (int i = 0; i < transmitById.length; i++) {
      int id = transmit.nextAvail();
      if (id == DeviceVirtqueue.NONE) {
        break;
      }
      TxBuffer buffer = transmitById[id];
      if (usable(transmit) && buffer.place(memory, transmit.address(), transmit.length())) {
        if (smallest < 0 || buffer.capacity < smallest) {
          smallest = buffer.capacity;
        }
        return buffer;
      }
      counters.badTransmitEntries++;
      transmit.addUsed(id, 0);
      transmit.publishUsed();
    }
    counters.badTransmitEntries += transmit.badEntries() - transmitSkipped;
    transmitSkipped = transmit.badEntries();
    return null;
  }

  /** One descriptor with room for a header; the flag WRITE may be missing. */
  private static boolean usable(DeviceVirtqueue ring) {
    return (ring.flags() & CHAINED) == 0 && ring.length() >= RpmsgHeader.SIZE;
  }

  @Override
  public void prepare(TxBuffer buffer) {
    transmit.prepareUsed(buffer.id, buffer.capacity);
  }

  @Override
  public void publish(TxBuffer buffer) {
    transmit.addUsed(buffer.id, buffer.capacity);
    transmit.publishUsed();
  }

  @Override
  public void giveBack(TxBuffer buffer) {
    unused.addFirst(buffer);
  }

  @Override
  public boolean sendKickNeeded(boolean peerFences) {
    return transmit.interruptNeeded(peerFences);
  }

  @Override
  public boolean hasFree() {
    return !unused.isEmpty() || transmit.hasAvail();
  }

  @Override
  public void enableFree() {
    transmit.enableKicks();
  }

  @Override
  public void suppressFree() {
    transmit.suppressKicks();
  }

  @Override
  public int transmitQueue() {
    return 0;
  }

  @Override
  public int mtu() {
    int size = smallest;
    return size < 0 ? -1 : RpmsgHeader.payload(size);
  }

  @Override
  public boolean overwritten() {
    return !receive.usedIndexIntact() || !transmit.usedIndexIntact();
  }

  @Override
  public void move(Link link, boolean eventIdx) throws LinkException {
    receive.move(link.ring(1, eventIdx));
    transmit.move(link.ring(0, eventIdx));
    memory = link.memory();
    for (RxBuffer buffer : receiveById) {
      checkMoved(buffer.move(memory) || !receive.inHand(buffer.id), buffer.address);
    }
    for (TxBuffer buffer : transmitById) {
      checkMoved(buffer.move(memory) || !transmit.inHand(buffer.id), buffer.address);
    }
  }

  private static void checkMoved(boolean found, long address) throws LinkException {
    if (!found) {
      throw new LinkException(
          LinkException.Kind.BAD_PEER,
          "the new memory lacks the buffer at 0x%x, which is in use".formatted(address));
    }
  }

  /**
   * A message that a listener holds counts as seen. A transmit buffer that cannot go back to the
   * avail ring, because one that was taken later was sent, goes back empty.
   */
  @Override
  public void settle(RxBuffer refused) {
    if (refused != null && receive.lastTaken() == refused.id) {
      receive.giveBackLast();
    }
    while (transmit.lastTaken() != DeviceVirtqueue.NONE) {
      transmit.giveBackLast();
    }
    unused.clear();
    giveBack(receive);
    giveBack(transmit);
    receive.enableKicks();
    transmit.enableKicks();
  }

  private static void giveBack(DeviceVirtqueue ring) {
    for (int id = 0; id < ring.config().num(); id++) {
      if (ring.inHand(id)) {
        ring.addUsed(id, 0);
      }
    }
    ring.publishUsed();
  }

  @Override
  public void dump(Appendable out) throws IOException {
    out.append("  vring0 transmit %s, unused %d%n".formatted(transmit, unused.size()));
    out.append(
        "  vring1 receive  %s, held %d of %d%n".formatted(receive, held.held(), held.limit()));
  }
}
