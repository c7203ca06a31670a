// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.concurrent.atomic.AtomicInteger;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringState;

/**
 * Calls the driver, over descriptors or, with INBAND_NOTIFICATIONS, by messages on the
 * back-channel. Any thread; never waits.
 */
final class VhostCalls {

  private final VhostState state;

  /** Queues whose call is still to be sent, a bit each. */
  private final AtomicInteger owed = new AtomicInteger();

  /** Threads that want something sent: the first one does it for all. */
  private final AtomicInteger senders = new AtomicInteger();

  VhostCalls(VhostState state) {
    this.state = state;
  }

  void call(int queue) {
    if (!state.has(VhostFeature.INBAND)) {
      state.queue(queue).signal();
      return;
    }
    owed.getAndUpdate(bits -> bits | 1 << queue);
    sendOwed();
  }

  /** Sends what there was no room for before. */
  void sendOwed() {
    if (owed.get() == 0 || senders.getAndIncrement() != 0) {
      return;
    }
    int served;
    do {
      served = senders.get();
      int bits = owed.getAndSet(0);
      for (int queue = 0; queue < VhostState.QUEUES; queue++) {
        if ((bits & 1 << queue) != 0 && !send(queue)) {
          int unsent = 1 << queue;
          owed.getAndUpdate(others -> others | unsent);
        }
      }
    } while (senders.addAndGet(-served) != 0);
  }

  /** Whether it went, or can never go. */
  private boolean send(int queue) {
    VhostChannel channel = state.backChannel();
    if (channel == null) {
      return true;
    }
    try {
      channel.send(
          VhostMessage.of(VhostRequest.BACKEND_VRING_CALL, new VringState(queue, 0)),
          System.nanoTime());
      return true;
    } catch (VhostException e) {
      return e.kind() != VhostException.Kind.TIMEOUT;
    }
  }

  /** Tells the front-end to look at the status; one that does not listen is not told. */
  void configChanged() {
    VhostChannel channel = state.backChannel();
    if (channel == null) {
      return;
    }
    try {
      channel.send(VhostMessage.of(VhostRequest.BACKEND_CONFIG_CHANGE_MSG), System.nanoTime());
    } catch (VhostException notListening) {
      return;
    }
  }
}
