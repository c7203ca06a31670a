// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

/**
 * Offsets of the resource table (LX020). All fields are 32 bits wide unless noted.
 *
 * <pre>
 * table  0 ver = 1 | 4 num | 8 reserved[2] = 0 | 16 offset[num]
 * entry  0 type | payload
 * vdev   4 id | 8 notifyid | 12 dfeatures | 16 gfeatures | 20 config_len | 24 status (8 bits)
 *        | 25 num_of_vrings (8 bits) | 26 reserved[2] (8 bits each) = 0 | 28 vring[] | config space
 * vring  0 da | 4 align | 8 num | 12 notifyid | 16 pa
 * </pre>
 */
final class TableFormat {

  static final int VER = 0;
  static final int NUM = VER + 4;
  static final int RESERVED = NUM + 4;
  static final int OFFSETS = RESERVED + 8;

  static final int VERSION = 1;
  static final int MAX_ENTRIES = 16;
  static final int MAX_HEADER = OFFSETS + 4 * MAX_ENTRIES;

  static final int TYPE = 0;
  static final int ID = TYPE + 4;
  static final int NOTIFY_ID = ID + 4;
  static final int DEVICE_FEATURES = NOTIFY_ID + 4;
  static final int DRIVER_FEATURES = DEVICE_FEATURES + 4;
  static final int CONFIG_LENGTH = DRIVER_FEATURES + 4;
  static final int STATUS = CONFIG_LENGTH + 4;
  static final int VRING_COUNT = STATUS + 1;
  static final int VDEV_RESERVED = VRING_COUNT + 1;
  static final int VRINGS = VDEV_RESERVED + 2;

  static final int TYPE_VDEV = 3;
  static final int ID_RPMSG = 7;

  static final int VRING_DA = 0;
  static final int VRING_ALIGN = VRING_DA + 4;
  static final int VRING_NUM = VRING_ALIGN + 4;
  static final int VRING_NOTIFY_ID = VRING_NUM + 4;
  static final int VRING_PA = VRING_NOTIFY_ID + 4;
  static final int VRING_SIZE = VRING_PA + 4;

  /** An rpmsg device has two vrings, no more and no less. */
  static final int RINGS = 2;

  /** Bytes of the entry up to its configuration space. */
  static final int VDEV_SIZE = VRINGS + RINGS * VRING_SIZE;

  private TableFormat() {}

  static int vring(int index) {
    return VRINGS + index * VRING_SIZE;
  }
}
