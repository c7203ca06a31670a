// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.util.function.Supplier;

/** A device's being shown; it may end before it has begun, by who sees the device first. */
final class Publication {
  private Runnable undo;
  private boolean ended;

  /**
   * @param show shows the device and returns what takes it back
   */
  void begin(Supplier<Runnable> show) {
    Runnable shown = show.get();
    synchronized (this) {
      if (!ended) {
        undo = shown;
        return;
      }
    }
    shown.run();
  }

  void end() {
    Runnable shown;
    synchronized (this) {
      ended = true;
      shown = undo;
      undo = null;
    }
    if (shown != null) {
      shown.run();
    }
  }
}
