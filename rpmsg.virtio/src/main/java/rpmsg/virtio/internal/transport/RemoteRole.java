// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.concurrent.TimeUnit;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.ring.DeviceVirtqueue;

/** Device side: waits for DRIVER_OK, or for the first kick where the peer knows no status. */
final class RemoteRole extends Role {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** How long a driver that still believes in an earlier device is given to reset. */
  private static final long RESET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  RemoteRole(TransportConfig config, Link link, Progress progress) {
    super(config, link, progress);
  }

  @Override
  void negotiate() throws Stopped, LinkException {
    if (config.noStatus()) {
      awaitFirstKick();
      agree(device().deviceFeatures() & Status.F_NS);
    } else {
      endEarlierDevice();
      awaitDriverOk();
      agree(device().driverFeatures() & device().deviceFeatures() & Status.SUPPORTED);
    }
  }

  @Override
  Side rings(SideParts parts) throws LinkException {
    return new DeviceSide(
        link.device(0, eventIdx()),
        link.device(1, eventIdx()),
        link.memory(),
        parts.header(),
        parts.counters(),
        parts.transmitter(),
        parts.wake());
  }

  private void awaitFirstKick() throws Stopped, LinkException {
    progress.waiting("waiting for the driver's first kick");
    DeviceVirtqueue transmit = link.device(0, false);
    do {
      progress.pause(LOOK_NANOS);
    } while (!transmit.hasAvail());
  }

  /**
   * Used entries under DRIVER_OK are those of a device that went without a word: the driver is
   * asked to start over, so that it drops that device's channels. One that does not listen is taken
   * as it is, from the used index on (trap 14).
   */
  private void endEarlierDevice() throws Stopped, LinkException {
    if (link.negotiated() || !driverOk() || !usedBefore(0) && !usedBefore(1)) {
      return;
    }
    progress.step("asking the driver to reset: an earlier device left used entries behind");
    device().status(device().status() | Status.NEEDS_RESET);
    long end = System.nanoTime() + RESET_NANOS;
    while (driverOk() && System.nanoTime() - end < 0) {
      progress.pause(LOOK_NANOS / 5);
    }
  }

  private boolean usedBefore(int index) throws LinkException {
    return link.device(index, false).usedIndex() != 0;
  }

  private void awaitDriverOk() throws Stopped, LinkException {
    progress.waiting("waiting for the driver's DRIVER_OK");
    while (!driverOk()) {
      progress.pause(LOOK_NANOS);
    }
    progress.step("status " + Status.words(device().status()));
  }

  private boolean driverOk() {
    return (device().status() & Status.DRIVER_OK) != 0;
  }

  @Override
  void online() {
    // A device has nothing to say: it announces its services.
  }

  @Override
  String over() {
    return config.noStatus() || driverOk()
        ? null
        : "the driver reset the status to " + Status.words(device().status());
  }

  @Override
  void takeDown() {
    int status = device().status();
    if (!config.noStatus() && (status & Status.DRIVER_OK) != 0) {
      device().status(status | Status.NEEDS_RESET);
    }
  }
}
