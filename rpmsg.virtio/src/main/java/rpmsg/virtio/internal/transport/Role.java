// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import rpmsg.virtio.internal.link.DeviceConfig;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;

/** How one of virtio's two roles brings a link up and takes it down. On the receive thread. */
abstract class Role {
  final TransportConfig config;
  final Link link;
  final Progress progress;
  private long features;

  Role(TransportConfig config, Link link, Progress progress) {
    this.config = config;
    this.link = link;
    this.progress = progress;
  }

  /** What a role may need from its transport while it waits. */
  interface Progress {
    /** One line for people; shown once. */
    void step(String text);

    /** What is waited for. */
    void waiting(String reason);

    /** Waits for a ring, a wake or the time; throws when the transport stops or the link fails. */
    void pause(long nanos) throws Stopped, LinkException;
  }

  /** The transport is to stop. */
  static final class Stopped extends Exception {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("stopped", null, false, false);
    }
  }

  static Role of(TransportConfig config, Link link, Progress progress) {
    return config.role() == TransportConfig.Role.HOST
        ? new HostRole(config, link, progress)
        : new RemoteRole(config, link, progress);
  }

  /** Agrees with the peer on the features, and on the byte order with them. */
  abstract void negotiate() throws Stopped, LinkException;

  /** The rings, laid out; nobody at the peer moves them from here on. */
  abstract Side rings(SideParts parts) throws LinkException;

  /** The name service is bound: the peer may begin. */
  abstract void online();

  /** Why the link is over as the status says, or null. */
  abstract String over();

  /** The link is over, and the memory is still there. */
  abstract void takeDown();

  /** The features that both sides act on. */
  long features() {
    return features;
  }

  void agree(long agreed) {
    features = agreed;
    progress.step("features " + Status.featureWords(agreed));
  }

  DeviceConfig device() {
    return link.config();
  }

  boolean eventIdx() {
    return (features & Status.F_EVENT_IDX) != 0;
  }
}
