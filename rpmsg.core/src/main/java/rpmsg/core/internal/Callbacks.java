// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Whose callbacks may run now, of all endpoints of one address space.
 *
 * <p>Closing and running callbacks meet without a lock: the receive thread enters an endpoint and
 * then looks whether it is closed, who closes marks it closed and then looks whether it is entered;
 * both are volatile, so at least one of them sees the other. It stands here, not in the endpoints,
 * so that a message to one of many endpoints writes nothing that no cache holds any more.
 */
final class Callbacks {
  private volatile Endpoint entered;
  private Thread thread;

  /** Leaves one endpoint for another, or for none (null). The receive thread. */
  void enter(Endpoint next) {
    Endpoint left = entered;
    if (left == next) {
      return;
    }
    thread = Thread.currentThread();
    entered = next;
    if (left != null && !left.isOpen()) {
      wakeClosers();
    }
  }

  /**
   * Waits until no callback of a closed endpoint runs; at once for its own callback.
   *
   * @return false if one still runs after so long
   */
  boolean awaitEnd(Endpoint closed, Duration bound) {
    return entered != closed
        || thread == Thread.currentThread()
        || Uninterrupted.await(nanos -> ends(closed, nanos), bound);
  }

  private synchronized boolean ends(Endpoint closed, long nanos) throws InterruptedException {
    if (entered == closed) {
      TimeUnit.NANOSECONDS.timedWait(this, nanos);
    }
    return entered != closed;
  }

  private synchronized void wakeClosers() {
    notifyAll();
  }
}
