// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/** Status, features and configuration space of a back-end's device. */
final class VhostConfigSpace implements DeviceConfig {

  private static final int NEEDS_RESET = 0x40;

  private final VhostLink link;
  private final long features;
  private final byte[] space;

  VhostConfigSpace(VhostLink link, VhostRequests requests) {
    this.link = link;
    features = requests.features() & ~VhostFeature.PROTOCOL_FEATURES;
    space = requests.config();
  }

  @Override
  public int status() {
    return link.status();
  }

  /** The status is the driver's; all that a device can say is that it needs a reset. */
  @Override
  public void status(int value) {
    if ((value & NEEDS_RESET) != 0) {
      link.needsReset();
    }
  }

  @Override
  public long deviceFeatures() {
    return features;
  }

  @Override
  public long driverFeatures() {
    return link.driverFeatures();
  }

  /** Only a driver accepts features. */
  @Override
  public void driverFeatures(long value) {
    throw new UnsupportedOperationException("a vhost-user back-end is the device");
  }

  @Override
  public int configLength() {
    return space.length;
  }

  @Override
  public int config(int offset) {
    return space[offset] & 0xFF;
  }
}
