// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import rpmsg.virtio.internal.link.LinkOptions;
import rpmsg.virtio.internal.link.VhostFeature;
import rpmsg.virtio.internal.link.VhostOptions;
import rpmsg.virtio.internal.transport.TransportConfig.Role;

/** The configuration keys of a vhost-user link: which go with it, and what they mean. */
final class VhostKeys {

  private static final String LINK = "vhost-user:";
  private static final long F_BUFSZ = 1L << 1;
  private static final int SPACE_SIZE = 11;

  private VhostKeys() {}

  /**
   * The options with what the keys say of a vhost-user link; the same if it is another link.
   *
   * @throws IllegalArgumentException with one line that names the keys that do not go together
   */
  static LinkOptions apply(VirtioComponent.Config config, Role role, LinkOptions options) {
    if (!config.link().startsWith(LINK)) {
      refuse(config.connect(), "connect needs a vhost-user link");
      refuse(config.offerBufferSize(), "offerBufferSize needs a vhost-user link");
      return options;
    }
    refuse(!config.doorbell().isEmpty(), "doorbell does not go with vhost-user: leave it out");
    refuse(config.index() != 0, "index does not go with vhost-user: leave it out");
    refuse(config.noStatus(), "noStatus does not go with vhost-user: leave it out");
    refuse(config.alwaysKick(), "alwaysKick does not go with vhost-user: leave it out");
    VhostOptions vhost = options.vhost().withProtocol(protocol(config));
    if (role == Role.HOST) {
      refuse(config.offerBufferSize(), "offerBufferSize is for role remote");
      return options.withVhost(vhost.asFrontEnd());
    }
    LinkOptions remote = options.withVhost(vhost.withConnect(config.connect()));
    return config.offerBufferSize() ? offeringBufferSize(config, remote) : remote;
  }

  private static Set<VhostFeature> protocol(VirtioComponent.Config config) {
    try {
      return VhostFeature.of(config.vhostProtocol());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("rpmsg.virtio: vhostProtocol: " + e.getMessage(), e);
    }
  }

  /** linux-rpmsg-facts H.3: {@code { u8 version; u16 size; u32 txbuf_size; u32 rxbuf_size; }}. */
  private static LinkOptions offeringBufferSize(
      VirtioComponent.Config config, LinkOptions options) {
    refuse(
        !options.vhost().protocol().contains(VhostFeature.CONFIG),
        "offerBufferSize needs the word config in vhostProtocol");
    byte[] space =
        ByteBuffer.allocate(SPACE_SIZE)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put((byte) 1)
            .putShort((short) SPACE_SIZE)
            .putInt(config.bufferSize())
            .putInt(config.bufferSize())
            .array();
    return options.withFeatures(options.features() | F_BUFSZ).withConfig(space);
  }

  private static void refuse(boolean wrong, String why) {
    if (wrong) {
      throw new IllegalArgumentException("rpmsg.virtio: " + why);
    }
  }
}
