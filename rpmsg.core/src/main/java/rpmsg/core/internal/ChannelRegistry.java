// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import rpmsg.core.RpmsgChannel;

/** Makes channels visible to others; the component registers them as OSGi services. */
public interface ChannelRegistry {
  /** Called on the control queue when a channel appears. */
  Entry register(RpmsgChannel channel);

  /** A channel that is visible. */
  interface Entry {
    /** The channel's local address is known now. */
    void update();

    /** Called on the control queue when the channel goes. */
    void unregister();
  }
}
