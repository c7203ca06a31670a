// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Status, features and configuration space in the device's entry of the resource table. Fields are
 * read and written as plain values between fences, see {@link Link}; none need be aligned.
 */
final class TableConfig implements DeviceConfig {

  private final MemorySegment memory;
  private final ResourceTable table;
  private final Doorbell doorbell;
  private final ValueLayout.OfInt word;

  TableConfig(MemorySegment memory, ByteOrder order, ResourceTable table, Doorbell doorbell) {
    this.memory = memory;
    this.table = table;
    this.doorbell = doorbell;
    this.word = JAVA_INT_UNALIGNED.withOrder(order);
  }

  @Override
  public int status() {
    return readByte(table.statusOffset());
  }

  @Override
  public void status(int value) {
    VarHandle.releaseFence();
    memory.set(JAVA_BYTE, table.statusOffset(), (byte) value);
    VarHandle.fullFence();
    doorbell.ring();
  }

  @Override
  public long deviceFeatures() {
    return readWord(table.deviceFeaturesOffset());
  }

  @Override
  public long driverFeatures() {
    return readWord(table.driverFeaturesOffset());
  }

  @Override
  public void driverFeatures(long value) {
    VarHandle.releaseFence();
    memory.set(word, table.driverFeaturesOffset(), (int) value);
    VarHandle.fullFence();
    doorbell.ring();
  }

  @Override
  public int configLength() {
    return table.configLength();
  }

  @Override
  public int config(int offset) {
    return readByte(table.configOffset() + Objects.checkIndex(offset, table.configLength()));
  }

  private int readByte(long offset) {
    byte value = memory.get(JAVA_BYTE, offset);
    VarHandle.acquireFence();
    return Byte.toUnsignedInt(value);
  }

  private long readWord(long offset) {
    int value = memory.get(word, offset);
    VarHandle.acquireFence();
    return Integer.toUnsignedLong(value);
  }
}
