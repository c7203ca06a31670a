// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;

/** The protocol features of vhost-user that are known here, and their words in configuration. */
public enum VhostFeature {
  /** GET_QUEUE_NUM. */
  MQ(0),
  /** Requests without an answer of their own are acknowledged. Without it a kick can be lost. */
  REPLY_ACK(3),
  /** The back-channel. */
  BACKEND_REQ(5),
  /** GET_CONFIG and SET_CONFIG. */
  CONFIG(9),
  /** What is in hand is noted in memory that survives the back-end. */
  INFLIGHT(12),
  /** RESET_DEVICE. */
  RESET_DEVICE(13),
  /** Kicks and calls are messages. Needs REPLY_ACK and BACKEND_REQ; not with QEMU. */
  INBAND(14),
  /** Regions of memory come and go one by one. */
  MEM_SLOTS(15),
  /** GET_STATUS and SET_STATUS. */
  STATUS(16);

  /** Bit 30 of the device features: there are protocol features. */
  static final long PROTOCOL_FEATURES = 1L << 30;

  private final long bit;

  VhostFeature(int bit) {
    this.bit = 1L << bit;
  }

  /** Its bit in GET_PROTOCOL_FEATURES and SET_PROTOCOL_FEATURES. */
  long bit() {
    return bit;
  }

  boolean in(long bits) {
    return (bits & bit) != 0;
  }

  /** In configuration: {@code reply-ack}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static long bits(Set<VhostFeature> features) {
    long bits = 0;
    for (VhostFeature feature : features) {
      bits |= feature.bit;
    }
    return bits;
  }

  /** For people: {@code reply-ack backend-req}, or {@code none}. */
  static String words(long bits) {
    StringJoiner words = new StringJoiner(" ");
    words.setEmptyValue("none");
    for (VhostFeature feature : values()) {
      if (feature.in(bits)) {
        words.add(feature.word());
      }
    }
    return words.toString();
  }

  /**
   * The features of these words.
   *
   * @throws IllegalArgumentException if a word is none
   */
  public static Set<VhostFeature> of(String... words) {
    Set<VhostFeature> features = EnumSet.noneOf(VhostFeature.class);
    for (String word : words) {
      features.add(of(word.strip()));
    }
    return features;
  }

  private static VhostFeature of(String word) {
    for (VhostFeature feature : values()) {
      if (feature.word().equals(word)) {
        return feature;
      }
    }
    throw new IllegalArgumentException(
        "'" + word + "' is no protocol feature: there are " + words(-1));
  }
}
