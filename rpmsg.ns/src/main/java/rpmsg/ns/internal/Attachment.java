// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.util.function.Consumer;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.spi.NameService;

/** The name service of one link; its text gives the counters, for dumps. Any thread. */
final class Attachment implements NameService.Binding {
  private final String transport;
  private final RpmsgEndpoint endpoint;
  private final Announcements announcements;
  private final PeerChannels channels;
  private final Consumer<Attachment> closed;

  Attachment(
      String transport,
      RpmsgEndpoint endpoint,
      Announcements announcements,
      PeerChannels channels,
      Consumer<Attachment> closed) {
    this.transport = transport;
    this.endpoint = endpoint;
    this.announcements = announcements;
    this.channels = channels;
    this.closed = closed;
  }

  /** Frees 53. What was taken before still reaches the channels: the control queue has it. */
  @Override
  public void close() {
    closed.accept(this);
    endpoint.close();
  }

  @Override
  public String toString() {
    return "name service of " + transport + ": " + channels + ", " + announcements;
  }
}
