// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.MemoryTable;
import rpmsg.virtio.internal.vhost.VringAddress;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;
import rpmsg.virtio.ring.VringLayout;

/**
 * One queue as the front-end has set it up. The receive thread writes, {@link #call} is for all.
 */
final class VhostQueue implements AutoCloseable {

  /** So many empty looks at a kick descriptor in a row, and it is not looked at any more. */
  private static final int MOST_EMPTY = 16;

  private static final int USED_INDEX = 2;

  final int index;
  private volatile int num;
  private volatile int base;
  private volatile VringAddress address;
  private volatile boolean enabled;
  private volatile boolean kicked;
  private volatile boolean stopped;
  private volatile EventFd call;
  private EventFd kick;
  private EventFd error;
  private int empty;
  private DeviceVirtqueue device;

  VhostQueue(int index) {
    this.index = index;
  }

  int num() {
    return num;
  }

  void num(int value) {
    num = value;
  }

  /** The index of the avail ring from which to go on. */
  int base() {
    return base;
  }

  void base(int value) {
    base = value;
    stopped = false;
  }

  VringAddress address() {
    return address;
  }

  void address(VringAddress value) {
    address = value;
    stopped = false;
  }

  /** Takes the descriptor over; null for none. */
  void kick(EventFd value) {
    close(kick);
    kick = value;
    empty = 0;
    stopped = false;
  }

  /** Takes the descriptor over; null for none. */
  void call(EventFd value) {
    EventFd before = call;
    call = value;
    close(before);
  }

  /** Takes the descriptor over; null for none. */
  void error(EventFd value) {
    close(error);
    error = value;
  }

  boolean enabled() {
    return enabled;
  }

  /** Kicks from before are forgotten: QEMU makes one itself. */
  void enable() {
    enabled = true;
    kicked = false;
    if (kick != null) {
      kick.drain();
    }
  }

  void disable() {
    enabled = false;
    kicked = false;
  }

  /** GET_VRING_BASE: nothing goes on before the ring is set up again. */
  void stop() {
    kick(null);
    stopped = true;
    kicked = false;
  }

  /** Whether all is there to go on, though perhaps in the wrong place. */
  boolean isUp(boolean inband) {
    return enabled && !stopped && num > 0 && address != null && (inband || kick != null);
  }

  /** Whether the driver has kicked since the queue was enabled. */
  boolean kicked() {
    return kicked;
  }

  void kicked(boolean value) {
    kicked = value;
  }

  /** What to poll, or null. */
  Fd kickFd() {
    return enabled && kick != null && empty < MOST_EMPTY ? kick.fd() : null;
  }

  /** Consumes kicks after {@link #kickFd} was reported; whether there were any. */
  boolean collect() {
    boolean some = kick != null && kick.drain();
    empty = some ? 0 : empty + 1;
    kicked |= some;
    return some;
  }

  /** Calls the driver. Any thread. */
  void signal() {
    EventFd to = call;
    if (to != null) {
      to.signal();
    }
  }

  /** Tells the front-end that the ring is of no use any more. */
  void signalError() {
    if (error != null) {
      error.signal();
    }
  }

  /**
   * The ring in the front-end's memory.
   *
   * @throws LinkException BAD_PEER if it does not lie in one region or is misaligned
   */
  VirtqueueConfig ring(MemoryTable memory, ByteOrder order, boolean eventIdx) throws LinkException {
    VringAddress at = address;
    try {
      return new VirtqueueConfig(
          part("descriptor table", memory, at.descriptors(), VringLayout.descSize(num)),
          part("avail ring", memory, at.avail(), VringLayout.availSize(num, eventIdx)),
          part("used ring", memory, at.used(), VringLayout.usedSize(num, eventIdx)),
          num,
          order,
          eventIdx);
    } catch (IllegalArgumentException e) {
      throw new LinkException(Kind.BAD_PEER, "vring " + index + ": " + e.getMessage(), e);
    }
  }

  private MemorySegment part(String what, MemoryTable memory, long user, long size)
      throws LinkException {
    MemorySegment found = memory.atUser(user, size);
    if (found == null) {
      throw new LinkException(
          Kind.BAD_PEER,
          "vring %d: the %s of %d bytes at user address 0x%x is not wholly inside a region"
              .formatted(index, what, size, user));
    }
    return found;
  }

  /** Whether a device has worked on this ring before. */
  boolean wasUsed(VirtqueueConfig ring) {
    return base != 0 || ring.used().get(ValueLayout.JAVA_SHORT_UNALIGNED, USED_INDEX) != 0;
  }

  /** The device's side while a session has it. */
  void device(DeviceVirtqueue queue) {
    device = queue;
  }

  /** A session has ended: the next one goes on where it was. */
  void leave() {
    if (device != null) {
      base = device.availIndex();
      device = null;
    }
  }

  /** Forgets everything. */
  void reset() {
    num = 0;
    base = 0;
    address = null;
    device = null;
    disable();
    close();
  }

  @Override
  public void close() {
    kick(null);
    call(null);
    error(null);
  }

  private static void close(EventFd descriptor) {
    if (descriptor != null) {
      descriptor.close();
    }
  }

  @Override
  public String toString() {
    VringAddress at = address;
    String place =
        at == null
            ? "nowhere"
            : "desc=0x%x avail=0x%x used=0x%x".formatted(at.descriptors(), at.avail(), at.used());
    return "vring%d num=%d %s base=%d%s%s%s"
        .formatted(
            index,
            num,
            place,
            base,
            enabled ? " enabled" : "",
            kicked ? " kicked" : "",
            stopped ? " stopped" : "");
  }
}
