// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.ring.VirtqueueConfig;
import rpmsg.virtio.ring.VringLayout;

/** A link that is described by a resource table at the start of its memory. */
final class TableLink implements Link {

  private final Backing backing;
  private final ResourceTable table;
  private final Doorbell doorbell;
  private final ByteOrder order;
  private final DeviceConfig config;
  private final Pool pool;
  private final AtomicBoolean closed = new AtomicBoolean();

  TableLink(Backing backing, ResourceTable table, Doorbell doorbell, ByteOrder order) {
    this.backing = backing;
    this.table = table;
    this.doorbell = doorbell;
    this.order = order;
    this.config = new TableConfig(backing.memory(), order, table, doorbell);
    long ringsEnd = table.vrings().stream().mapToLong(Vring::end).max().orElseThrow();
    this.pool = Pool.behind(ringsEnd, backing.memory().byteSize());
  }

  @Override
  public String description() {
    return backing.description() + ", doorbell " + doorbell;
  }

  @Override
  public DeviceMemory memory() {
    return DeviceMemory.of(segment());
  }

  private MemorySegment segment() {
    if (closed.get()) {
      throw new IllegalStateException(backing.description() + " is closed");
    }
    return backing.memory();
  }

  @Override
  public ByteOrder order() {
    return order;
  }

  @Override
  public DeviceConfig config() {
    return config;
  }

  @Override
  public VirtqueueConfig ring(int index, boolean eventIdx) {
    Vring vring = vring(index);
    VringLayout layout = VringLayout.of(vring.num(), vring.align());
    return new VirtqueueConfig(segment(), vring.offset(), layout, order, eventIdx);
  }

  Vring vring(int index) {
    return table.vrings().get(index);
  }

  @Override
  public Pool pool() {
    return pool;
  }

  @Override
  public Doorbell doorbell() {
    return doorbell;
  }

  @Override
  public void check() throws LinkException {
    backing.check();
    if (!table.isIn(segment())) {
      throw new LinkException(
          Kind.TABLE_REWRITTEN,
          description() + ": the resource table was rewritten: open it again");
    }
    if (doorbell.peerClosed()) {
      throw new LinkException(
          Kind.PEER_CLOSED, description() + ": the other side has gone: wait for it to come back");
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      doorbell.close();
      backing.close();
    }
  }

  @Override
  public String toString() {
    return description();
  }
}
