// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.time.Duration;
import rpmsg.virtio.internal.link.LinkOptions;

/**
 * What one transport is configured to be.
 *
 * @param name unique on the bus, such as {@code virtio0}
 * @param role which side of the queues this is
 * @param link {@code loopback:NAME}, {@code shm:PATH} or {@code vhost-user:PATH}
 * @param doorbell {@code poll}, {@code futex}, {@code unix:PATH} or {@code local}; empty for
 *     vhost-user
 * @param index 0 creates memory and table and listens, 1 connects; 0 for vhost-user, where the
 *     options say who connects
 * @param options of the link
 * @param alwaysKick ring also where the peer's flags say no (openamp-contract trap 2)
 * @param noStatus the peer knows no status: the link is up at its first kick (trap 5)
 * @param bufferSize bytes per buffer, header included; the driver side decides
 * @param buffers per direction at most; a smaller receive ring has fewer; the driver side decides
 * @param attachTimeout how long the name service may take to bind 53
 * @param reannounce how often local services are announced again; zero for never
 * @param keep announcements to keep while there is no name service
 */
public record TransportConfig(
    String name,
    Role role,
    String link,
    String doorbell,
    int index,
    LinkOptions options,
    boolean alwaysKick,
    boolean noStatus,
    int bufferSize,
    int buffers,
    Duration attachTimeout,
    Duration reannounce,
    int keep) {

  /** The two roles, in OpenAMP's words. */
  public enum Role {
    /** Driver side: what Linux is. */
    HOST,
    /** Device side: what firmware is. */
    REMOTE
  }
}
