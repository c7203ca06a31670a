// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

/**
 * A thread that looks for messages. While there are none it spins, and then yields, which costs
 * nothing where a processor is free.
 */
final class Poller implements AutoCloseable {
  /** One look; false when there was nothing. */
  @FunctionalInterface
  interface Look {
    boolean once() throws Exception;
  }

  private final Look look;
  private final Thread thread;
  private volatile boolean closed;

  Poller(Look look) {
    this.look = look;
    thread = Thread.ofPlatform().daemon().name("bench-receive").start(this::run);
  }

  private void run() {
    try {
      int idle = 0;
      while (!closed) {
        if (look.once()) {
          idle = 0;
        } else if (++idle < Patience.SPINS) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
    } catch (Exception failed) {
      throw new IllegalStateException("receiving failed", failed);
    }
  }

  @Override
  public void close() {
    closed = true;
    Patience.join(thread);
  }
}
