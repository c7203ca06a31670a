// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A thing and its service, which one thread registers and any may withdraw. */
final class Shown {
  private static final long REGISTER_SECONDS = 5;

  private final Thing thing;
  private final CountDownLatch registered = new CountDownLatch(1);
  private Registry.Entry entry;
  private boolean ended;

  Shown(Thing thing) {
    this.thing = thing;
  }

  Thing thing() {
    return thing;
  }

  /** Listeners of services run here, so no lock is held. */
  void register(Registry registry) {
    try {
      Registry.Entry made = registry.register(thing);
      if (!keep(made)) {
        made.unregister();
      }
    } finally {
      registered.countDown();
    }
  }

  private synchronized boolean keep(Registry.Entry made) {
    entry = made;
    return !ended;
  }

  /** Waits for the thread that registers it, but no longer than that has to take. */
  void awaitRegistered() {
    try {
      registered.await(REGISTER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void update() {
    Registry.Entry now = current(false);
    if (now != null) {
      now.update();
    }
  }

  void withdraw() {
    Registry.Entry now = current(true);
    if (now != null) {
      now.unregister();
    }
  }

  private synchronized Registry.Entry current(boolean end) {
    ended |= end;
    return entry;
  }
}
