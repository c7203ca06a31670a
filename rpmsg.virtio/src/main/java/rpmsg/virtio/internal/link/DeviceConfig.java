// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/**
 * What driver and device agree on outside the rings. Any thread. Every value comes from shared
 * memory: read once, then check.
 */
public interface DeviceConfig {

  /** The device status byte (VIRTIO 1.2, section 2.1), 0 to 255. Reads before it stay before. */
  int status();

  /**
   * Writes the device status, after everything that was written before it, and rings the doorbell.
   *
   * @param value 0 to 255
   */
  void status(int value);

  /** The feature bits that the device offers, bit 0 to 31. */
  long deviceFeatures();

  /** The feature bits that the driver accepted, bit 0 to 31. */
  long driverFeatures();

  /**
   * Writes the accepted feature bits and rings the doorbell.
   *
   * @param value bits 0 to 31; higher ones have no place in a resource table
   */
  void driverFeatures(long value);

  /** Bytes of configuration space. */
  int configLength();

  /**
   * One byte of the configuration space, 0 to 255.
   *
   * @throws IndexOutOfBoundsException outside the configuration space (LX140)
   */
  int config(int offset);
}
