// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** A doorbell between two threads of one process. */
final class LocalDoorbell implements Doorbell {

  private final AtomicBoolean rung = new AtomicBoolean();
  private final AtomicBoolean woken = new AtomicBoolean();
  private volatile LocalDoorbell peer;
  private volatile boolean closed;
  private volatile boolean peerClosed;
  private volatile Thread waiter;

  /** Connects two ends. */
  void join(LocalDoorbell other) {
    peer = other;
    other.peer = this;
  }

  @Override
  public boolean rings() {
    return true;
  }

  @Override
  public void ring() {
    LocalDoorbell other = peer;
    if (other != null && !closed) {
      other.rung.set(true);
      other.unpark();
    }
  }

  /** The waiter is visible before it looks at the flags, and flags are set before it is read. */
  @Override
  public boolean await(long nanos) {
    long deadline = System.nanoTime() + nanos;
    waiter = Thread.currentThread();
    try {
      while (!rung.get() && !woken.get() && !closed) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || waiter.isInterrupted()) {
          return false;
        }
        LockSupport.parkNanos(this, left);
      }
    } finally {
      waiter = null;
    }
    return woken.getAndSet(false) | poll();
  }

  @Override
  public boolean poll() {
    return rung.getAndSet(false);
  }

  @Override
  public void wake() {
    woken.set(true);
    unpark();
  }

  @Override
  public void active() {}

  @Override
  public boolean connected() {
    return peer != null && !peerClosed;
  }

  @Override
  public boolean seesPeerGo() {
    return true;
  }

  @Override
  public boolean peerClosed() {
    return peerClosed;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    unpark();
    LocalDoorbell other = peer;
    if (other != null) {
      other.peerClosed = true;
      other.wake();
    }
  }

  private void unpark() {
    Thread waiting = waiter;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  @Override
  public String toString() {
    return "local";
  }
}
