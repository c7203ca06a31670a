// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import rpmsg.core.RpmsgMessage;

/**
 * Plays a transport's receive thread: takes from its ring, parks when told so, goes on after a
 * wake.
 */
final class ReceiveThread implements AutoCloseable {
  private final LinkedBlockingQueue<RpmsgMessage> ring = new LinkedBlockingQueue<>();
  private final TestLink link;
  private final Thread thread;
  private volatile boolean stopped;

  ReceiveThread(TestLink link) {
    this.link = link;
    thread = Thread.ofPlatform().daemon().name("test-receive").start(this::run);
  }

  void receive(RpmsgMessage message) {
    ring.add(message);
  }

  Thread thread() {
    return thread;
  }

  private void run() {
    try {
      RpmsgMessage next = null;
      boolean parked = false;
      while (!stopped) {
        if (next == null) {
          next = ring.poll(1, TimeUnit.MILLISECONDS);
        }
        if (link.wakes.tryAcquire(parked ? 1 : 0, TimeUnit.MILLISECONDS)) {
          parked = !link.space.service();
        }
        if (next != null && !parked) {
          parked = !link.space.deliver(next);
          next = parked ? next : null;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopped = true;
    Bounded.join(thread);
  }
}
