// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.StringJoiner;

/** Device status bits (VIRTIO 1.2, 2.1) and features (6.3, linux-rpmsg A.6, D.5). */
final class Status {
  static final int ACKNOWLEDGE = 1;
  static final int DRIVER = 2;
  static final int DRIVER_OK = 4;
  static final int FEATURES_OK = 8;
  static final int NEEDS_RESET = 0x40;
  static final int FAILED = 0x80;

  /** VIRTIO_RPMSG_F_NS: the device announces. */
  static final long F_NS = 1L;

  static final long F_EVENT_IDX = 1L << 29;
  static final long F_VERSION_1 = 1L << 32;

  /** What this stack acts on; nothing else is ever accepted (LX121). */
  static final long SUPPORTED = F_NS | F_EVENT_IDX | F_VERSION_1;

  private Status() {}

  static String words(int status) {
    StringJoiner words = new StringJoiner("|");
    words.setEmptyValue("RESET");
    add(words, status, ACKNOWLEDGE, "ACKNOWLEDGE");
    add(words, status, DRIVER, "DRIVER");
    add(words, status, FEATURES_OK, "FEATURES_OK");
    add(words, status, DRIVER_OK, "DRIVER_OK");
    add(words, status, NEEDS_RESET, "NEEDS_RESET");
    add(words, status, FAILED, "FAILED");
    return words.toString();
  }

  static String featureWords(long features) {
    StringJoiner words = new StringJoiner("|");
    words.setEmptyValue("none");
    add(words, features, F_NS, "NS");
    add(words, features, F_EVENT_IDX, "EVENT_IDX");
    add(words, features, F_VERSION_1, "VERSION_1");
    return words.toString();
  }

  private static void add(StringJoiner words, long value, long bit, String word) {
    if ((value & bit) != 0) {
      words.add(word);
    }
  }
}
