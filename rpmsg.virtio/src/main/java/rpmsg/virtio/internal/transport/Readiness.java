// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.util.function.BooleanSupplier;
import rpmsg.core.spi.AddressSpace;

/**
 * Whether others see the transport as ready. Publishing runs on the control queue, withdrawing at
 * once where it is called; no lock of ours is held in either.
 */
final class Readiness {
  private final ReadinessPublisher publisher;
  private boolean allowed;
  private AddressSpace wanted;
  private Runnable published;

  Readiness(ReadinessPublisher publisher) {
    this.publisher = publisher;
  }

  /** While false, nothing is published; what is published is withdrawn before this returns. */
  void allow(boolean allow) {
    synchronized (this) {
      allowed = allow;
    }
    if (!allow) {
      withdraw();
    }
  }

  /**
   * Publishes soon, unless that was done or asked for before.
   *
   * @param usable asked after it is known that publishing is allowed, so that an answer from before
   *     {@link #allow} does not count
   */
  void ready(AddressSpace space, BooleanSupplier usable) {
    synchronized (this) {
      if (!allowed || wanted == space || !usable.getAsBoolean()) {
        return;
      }
      wanted = space;
    }
    if (!space.execute(() -> publish(space))) {
      withdraw();
    }
  }

  void withdraw() {
    Runnable undo;
    synchronized (this) {
      wanted = null;
      undo = published;
      published = null;
    }
    if (undo != null) {
      undo.run();
    }
  }

  private void publish(AddressSpace space) {
    synchronized (this) {
      if (wanted != space || published != null) {
        return;
      }
    }
    Runnable undo = publisher.publish(space);
    synchronized (this) {
      if (wanted == space) {
        published = undo;
        return;
      }
    }
    undo.run();
  }
}
