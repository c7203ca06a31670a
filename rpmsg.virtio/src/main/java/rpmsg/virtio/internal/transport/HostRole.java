// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.concurrent.TimeUnit;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;

/** Driver side: reset, ACKNOWLEDGE, DRIVER, features, rings, and DRIVER_OK last (LX118). */
final class HostRole extends Role {
  /**
   * How long status stays 0 where the peer only polls. Nothing in the resource table acknowledges a
   * reset, and a device looks every millisecond (openamp-contract section 1).
   */
  private static final long RESET_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private int status;

  HostRole(TransportConfig config, Link link, Progress progress) {
    super(config, link, progress);
  }

  @Override
  void negotiate() throws Stopped, LinkException {
    reset();
    set(Status.ACKNOWLEDGE);
    set(Status.DRIVER);
    agreeOnFeatures();
  }

  @Override
  Side rings(SideParts parts) throws LinkException {
    VirtqueueConfig ring0 = link.ring(0, eventIdx());
    VirtqueueConfig ring1 = link.ring(1, eventIdx());
    checkPool(ring0.num(), ring1.num());
    DriverVirtqueue receive = ring0.driver();
    DriverVirtqueue transmit = ring1.driver();
    Side side =
        new DriverSide(
            receive,
            transmit,
            link.memory(),
            link.pool().offset(),
            config.bufferSize(),
            config.buffers(),
            parts.header(),
            parts.counters(),
            parts.transmitter(),
            parts.wake());
    progress.step(
        receive.outstanding() + " receive buffers of " + config.bufferSize() + " bytes posted");
    return side;
  }

  private void reset() throws Stopped, LinkException {
    status = 0;
    device().status(0);
    if (!link.doorbell().seesPeerGo()) {
      long end = System.nanoTime() + RESET_NANOS;
      for (long left = RESET_NANOS; left > 0; left = end - System.nanoTime()) {
        progress.pause(left);
      }
    }
  }

  private void agreeOnFeatures() throws LinkException {
    agree(device().deviceFeatures() & Status.SUPPORTED);
    device().driverFeatures(features());
    if ((features() & Status.F_VERSION_1) != 0) {
      set(Status.FEATURES_OK);
      if ((device().status() & Status.FEATURES_OK) == 0) {
        set(Status.FAILED);
        throw new LinkException(
            LinkException.Kind.BAD_TABLE, link.description() + ": the device refuses features");
      }
    }
  }

  private void checkPool(int receiveNum, int transmitNum) throws LinkException {
    long needed =
        DriverSide.poolSize(receiveNum, transmitNum, config.bufferSize(), config.buffers());
    if (needed > link.pool().size()) {
      throw new LinkException(
          LinkException.Kind.BAD_TABLE,
          "%s: buffers need %d bytes behind the rings, there are %d: lower bufferSize or buffers"
              .formatted(link.description(), needed, link.pool().size()));
    }
  }

  @Override
  void online() {
    set(Status.DRIVER_OK);
  }

  private void set(int bit) {
    status |= bit;
    device().status(status);
    progress.step("status " + Status.words(status));
  }

  @Override
  String over() {
    if (config.noStatus()) {
      return null;
    }
    int now = device().status();
    if ((now & Status.NEEDS_RESET) != 0) {
      return "the device asks for a reset";
    }
    return (now & status) == status ? null : "the peer reset the status to " + Status.words(now);
  }

  @Override
  void takeDown() {
    device().status(0);
  }
}
