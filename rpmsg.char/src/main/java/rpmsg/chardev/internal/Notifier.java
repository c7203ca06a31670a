// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.osgi.service.log.Logger;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.EndpointChannel.ReadinessListener;

/**
 * Tells one channel's readiness listener what is new. It runs on a virtual thread, which is there
 * while there is something to tell, so that neither the receive thread nor who closes the channel
 * ever waits for it.
 */
final class Notifier implements Runnable {
  private final EndpointChannel channel;
  private final Supplier<Set<Readiness>> now;
  private final Logger log;
  private final Set<Readiness> told = EnumSet.noneOf(Readiness.class);
  private volatile ReadinessListener listener;
  private boolean running;
  private boolean again;

  /**
   * @param now what the channel is ready for; asked without a lock, empty when it is closed
   */
  Notifier(EndpointChannel channel, Supplier<Set<Readiness>> now, Logger log) {
    this.channel = channel;
    this.now = now;
    this.log = log;
  }

  synchronized void listener(ReadinessListener next) {
    listener = next;
    told.clear();
    look();
  }

  /** It may be ready for something new. */
  void changed() {
    if (listener != null) {
      look();
    }
  }

  /** Somebody saw that it is not ready for this any more: the next time is news. */
  void ended(Readiness what) {
    if (listener != null) {
      forget(what);
    }
  }

  private synchronized void forget(Readiness what) {
    if (told.remove(what) || running) {
      look();
    }
  }

  private synchronized void look() {
    again = true;
    if (!running && listener != null) {
      running = true;
      Thread.ofVirtual().name("rpmsg-ready").start(this);
    }
  }

  @Override
  public void run() {
    for (ReadinessListener next; (next = next()) != null; ) {
      Set<Readiness> ready = now.get();
      if (isNews(ready, next)) {
        tell(next, ready);
      }
    }
  }

  private synchronized ReadinessListener next() {
    running = again && listener != null;
    again = false;
    return running ? listener : null;
  }

  private synchronized boolean isNews(Set<Readiness> ready, ReadinessListener to) {
    if (to != listener) {
      return false;
    }
    boolean news = !told.containsAll(ready);
    told.clear();
    told.addAll(ready);
    return news;
  }

  private void tell(ReadinessListener to, Set<Readiness> ready) {
    try {
      to.onReady(channel, ready);
    } catch (Throwable failed) {
      log.warn("a readiness listener failed: {}", failed.toString(), failed);
    }
  }
}
