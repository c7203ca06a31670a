// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.ByteOrder;
import rpmsg.virtio.internal.vhost.MemoryRegion;
import rpmsg.virtio.internal.vhost.MemoryTable;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.InFlight;
import rpmsg.virtio.ring.VirtqueueConfig;

/** What a front-end has set up on its connection. The receive thread writes, any thread reads. */
final class VhostState implements AutoCloseable {

  static final int QUEUES = 2;

  private static final int ACKNOWLEDGE = 1;
  private static final int DRIVER = 2;
  private static final int DRIVER_OK = 4;
  private static final int FEATURES_OK = 8;
  private static final int NEEDS_RESET = 0x40;
  private static final long F_EVENT_IDX = 1L << 29;
  private static final long F_VERSION_1 = 1L << 32;
  private static final long UNSET = -1;

  private final VhostQueue[] queues = {new VhostQueue(0), new VhostQueue(1)};
  private volatile MemoryTable memory = MemoryTable.empty();
  private volatile long features = UNSET;
  private volatile long protocol;
  private volatile int statusOfDriver;
  private volatile boolean broken;
  private volatile boolean up;
  private volatile boolean driverOk;
  private volatile boolean resumed;
  private volatile VhostChannel backChannel;
  private volatile VhostInflightArea inflight;

  VhostQueue queue(int index) {
    return queues[index];
  }

  VhostQueue[] queues() {
    return queues.clone();
  }

  MemoryTable memory() {
    return memory;
  }

  /** Takes the table over and closes the one before. */
  void memory(MemoryTable value) {
    MemoryTable before = memory;
    memory = value;
    before.close();
  }

  /** The features that the driver accepted; 0 while it has not said so. */
  long features() {
    long accepted = features;
    return accepted == UNSET ? 0 : accepted;
  }

  boolean hasFeatures(long value) {
    return features == value;
  }

  /** Rings of a front-end that knows no protocol features are enabled from the start. */
  void features(long value) {
    features = value;
    statusOfDriver &= ~DRIVER_OK;
    revive();
    if ((value & VhostFeature.PROTOCOL_FEATURES) == 0) {
      for (VhostQueue queue : queues) {
        queue.enable();
      }
    }
  }

  long protocol() {
    return protocol;
  }

  void protocol(long value) {
    protocol = value;
  }

  boolean has(VhostFeature feature) {
    return feature.in(protocol);
  }

  /** Little-endian with VERSION_1, else that of the driver, which runs on this machine (LX015). */
  ByteOrder order() {
    return (features() & F_VERSION_1) != 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.nativeOrder();
  }

  boolean eventIdx() {
    return (features() & F_EVENT_IDX) != 0;
  }

  VhostChannel backChannel() {
    return backChannel;
  }

  /** Takes the area over; null for none. */
  void inflight(VhostInflightArea value) {
    VhostInflightArea before = inflight;
    inflight = value;
    if (before != null) {
      before.close();
    }
  }

  /**
   * The device's side of a ring, from where it has to go on.
   *
   * @throws LinkException as {@link #ring}; BAD_PEER also if the in-flight area is not for this
   *     ring
   */
  DeviceVirtqueue device(int index, boolean eventIdx) throws LinkException {
    VhostQueue queue = queues[index];
    DeviceVirtqueue device = ring(index, eventIdx).device(queue.base(), inFlight(queue));
    queue.device(device);
    return device;
  }

  private InFlight inFlight(VhostQueue queue) throws LinkException {
    VhostInflightArea area = inflight;
    return area == null ? InFlight.NONE : area.queue(queue.index, queue.num());
  }

  /** Takes the channel over. */
  void backChannel(VhostChannel value) {
    VhostChannel before = backChannel;
    backChannel = value;
    if (before != null) {
      before.close();
    }
  }

  /**
   * A ring.
   *
   * @throws LinkException BAD_PEER if it does not lie in the memory
   */
  VirtqueueConfig ring(int index, boolean eventIdx) throws LinkException {
    return queues[index].ring(memory, order(), eventIdx);
  }

  /** Whether features, memory and both rings are there, and enabled. */
  boolean isUp() {
    return up;
  }

  /**
   * To be called after every change. The driver is ready when it kicks an enabled queue, and from
   * the start when another device has worked on its rings before.
   *
   * @throws LinkException BAD_PEER if a ring does not lie in the memory
   */
  void update() throws LinkException {
    boolean inband = has(VhostFeature.INBAND);
    if (features == UNSET
        || broken
        || memory.byteSize() == 0
        || !queues[0].isUp(inband)
        || !queues[1].isUp(inband)) {
      up = false;
      driverOk = false;
      return;
    }
    VirtqueueConfig[] rings = {ring(0, eventIdx()), ring(1, eventIdx())};
    if (!up) {
      up = true;
      resumed = wereUsed(rings);
      driverOk = resumed;
    }
    driverOk |= queues[0].kicked() || queues[1].kicked() || (statusOfDriver & DRIVER_OK) != 0;
  }

  private boolean wereUsed(VirtqueueConfig[] rings) throws LinkException {
    boolean used = false;
    for (VhostQueue queue : queues) {
      used |= queue.wasUsed(rings[queue.index]);
      used |= inFlight(queue) instanceof VhostInflightQueue notes && notes.hasSome();
    }
    return used;
  }

  /** Whether another device worked on the rings before they were set up. */
  boolean resumed() {
    return resumed;
  }

  boolean driverOk() {
    return driverOk;
  }

  /** The device status as the transport understands it. */
  int status() {
    if (!driverOk) {
      return features == UNSET ? 0 : ACKNOWLEDGE | DRIVER | FEATURES_OK;
    }
    return ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK;
  }

  /** What GET_STATUS answers. */
  int statusOfDriver() {
    return statusOfDriver | (broken ? NEEDS_RESET : 0);
  }

  void statusOfDriver(int value) {
    statusOfDriver = value;
  }

  /** The device gives the rings up: they are of no use before they are set up again. */
  void giveUp() {
    broken = true;
    up = false;
    driverOk = false;
    for (VhostQueue queue : queues) {
      queue.signalError();
    }
  }

  /** The rings are about to be set up again. */
  void revive() {
    broken = false;
  }

  /** Disables both rings. */
  void disable() {
    revive();
    for (VhostQueue queue : queues) {
      queue.disable();
    }
  }

  /** Begins anew; memory, protocol features and back-channel stay. */
  void reset() {
    disable();
    features = UNSET;
    statusOfDriver = 0;
    inflight(null);
    for (VhostQueue queue : queues) {
      queue.reset();
    }
  }

  @Override
  public void close() {
    up = false;
    driverOk = false;
    for (VhostQueue queue : queues) {
      queue.close();
    }
    backChannel(null);
    inflight(null);
    memory(MemoryTable.empty());
  }

  void dump(Appendable out) throws IOException {
    out.append("  protocol %s%n".formatted(VhostFeature.words(protocol)));
    for (MemoryRegion region : memory.regions()) {
      out.append("  %s%n".formatted(region));
    }
    for (VhostQueue queue : queues) {
      out.append("  %s%n".formatted(queue));
    }
    VhostInflightArea area = inflight;
    if (area != null) {
      out.append("  %s%n".formatted(area));
    }
  }
}
