// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import rpmsg.virtio.internal.link.LinkException.Kind;

/**
 * The back-end as the driver sees it. vhost-user has no status of its own: what the driver writes
 * is kept here, DRIVER_OK starts the device and 0 stops it, each in messages that are waited for,
 * at most {@value #START_SECONDS} s and {@value #STOP_SECONDS} s. Where STATUS was agreed on, the
 * back-end gets the status as well. It asks for a reset by that status, or by the error descriptor.
 *
 * <p>A write that fails ends the connection; {@link #check} says why, then and each time after it.
 */
final class VhostFrontendDevice implements DeviceConfig {

  static final int START_SECONDS = 2;
  static final int STOP_SECONDS = 1;

  private static final int DRIVER_OK = 4;
  private static final int NEEDS_RESET = 0x40;
  private static final long F_VERSION_1 = 1L << 32;

  private final VhostFrontendConnection connection;
  private final VhostFrontendDoorbell doorbell;
  private final VhostFrontendStart start;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile int status;
  private volatile boolean needsReset;
  private volatile long driverFeatures;
  private volatile byte[] config;
  private volatile LinkException failure;
  private boolean started;

  VhostFrontendDevice(
      VhostFrontendConnection connection,
      VhostFrontendMemory memory,
      VhostFrontendDoorbell doorbell,
      byte[] config) {
    this.connection = connection;
    this.doorbell = doorbell;
    this.start = new VhostFrontendStart(connection, memory, doorbell);
    this.config = config;
  }

  /** The byte order that the features of the driver ask for (LX015). */
  ByteOrder order() {
    boolean modern = (driverFeatures & F_VERSION_1) != 0;
    return modern ? ByteOrder.LITTLE_ENDIAN : ByteOrder.nativeOrder();
  }

  @Override
  public int status() {
    return status | (needsReset || doorbell.broken() ? NEEDS_RESET : 0);
  }

  @Override
  public void status(int value) {
    lock.lock();
    try {
      if (failure == null) {
        write(value);
      }
    } catch (LinkException e) {
      fail(e);
    } finally {
      status = value;
      needsReset = false;
      lock.unlock();
    }
  }

  private void write(int value) throws LinkException {
    boolean starts = (value & DRIVER_OK) != 0;
    if (starts && !started) {
      started = true;
      start.start(value, driverFeatures, deadline(START_SECONDS));
    } else if (value == 0 && started) {
      started = false;
      start.stop(deadline(STOP_SECONDS));
    }
  }

  @Override
  public long deviceFeatures() {
    return connection.features() & ~VhostFeature.PROTOCOL_FEATURES;
  }

  @Override
  public long driverFeatures() {
    return driverFeatures;
  }

  @Override
  public void driverFeatures(long value) {
    driverFeatures = value;
  }

  @Override
  public int configLength() {
    return config.length;
  }

  @Override
  public int config(int offset) {
    byte[] now = config;
    return Byte.toUnsignedInt(now[Objects.checkIndex(offset, now.length)]);
  }

  /** Whether {@link #check} has something to do. */
  boolean urgent() {
    return failure != null || doorbell.news();
  }

  /**
   * Reads what the back-end says on its own. Any thread.
   *
   * @throws LinkException what has ended the connection
   */
  void check() throws LinkException {
    lock.lock();
    try {
      if (failure == null) {
        read();
      }
    } catch (LinkException e) {
      fail(e);
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void read() throws LinkException {
    doorbell.read();
    long deadline = deadline(STOP_SECONDS);
    if (connection.changed(deadline)) {
      config = VhostFrontendSpace.read(connection, deadline);
      needsReset = started && (start.status(deadline) & NEEDS_RESET) != 0;
    }
  }

  private void fail(LinkException e) {
    failure = e;
    if (e.kind() == Kind.PEER_CLOSED) {
      doorbell.peerGone();
    }
    doorbell.stop();
    connection.close();
  }

  private static long deadline(int seconds) {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
  }
}
