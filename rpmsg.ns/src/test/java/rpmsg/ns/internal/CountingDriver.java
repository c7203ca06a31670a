// SPDX-License-Identifier: Apache-2.0
package rpmsg.ns.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgDriver;
import rpmsg.core.RpmsgListener;

/** A driver with a default endpoint that notes what it is asked to do. */
class CountingDriver implements RpmsgDriver {
  final List<String> probed = new CopyOnWriteArrayList<>();
  final List<String> removed = new CopyOnWriteArrayList<>();

  @Override
  public RpmsgListener listener(RpmsgChannel channel) {
    return message -> {};
  }

  @Override
  public void probe(RpmsgChannel channel) {
    probed.add(channel.deviceName());
  }

  @Override
  public void remove(RpmsgChannel channel) {
    removed.add(channel.deviceName());
  }
}
