// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import rpmsg.syscall.ProcessBarrier;

/**
 * Mutual exclusion around the transmit ring, for sections of well under a microsecond that run
 * nobody else's code and never wait. Not reentrant.
 *
 * <p>It belongs to the thread that keeps coming: that one enters and leaves by plain stores. An
 * atomic operation, or any full fence, waits until the stores of the message before have reached
 * memory that the peer's processor holds, so consecutive messages could not overlap. Another thread
 * takes the lock by an atomic operation, and takes it away from its owner by a fence on all
 * processors ({@link ProcessBarrier}): either it sees that the owner is inside, and waits, or the
 * owner sees that it owns nothing any more. Where there is no such fence, the lock has no owner.
 *
 * <p>Who finds it taken spins, then yields, then parks in slices, for the holder may have been
 * preempted.
 */
final class TransmitLock {
  /** Entries in a row that make an owner: they save more than it costs to take the lock away. */
  private static final int RUN = 1_000;

  private static final int SPINS = 200;
  private static final int YIELDS = SPINS + 50;
  private static final long SLICE_NANOS = 20_000;

  private static final VarHandle HELD = handle("held", boolean.class);
  private static final VarHandle INSIDE = handle("inside", boolean.class);
  private static final VarHandle OWNER = handle("owner", Thread.class);

  /** 0 for a lock that nobody comes to own. */
  private final int run;

  /** Somebody who is not the owner has the lock. */
  private boolean held;

  /** The owner has the lock, or looks whether it may. */
  private boolean inside;

  /** Changed by who has {@link #held}. */
  private Thread owner;

  // Of who has the lock, either way.

  /** It has it as the owner. */
  private boolean owned;

  private Thread last;
  private int entries;

  TransmitLock() {
    this(RUN);
  }

  /**
   * One that is owned sooner.
   *
   * @param run entries in a row
   */
  TransmitLock(int run) {
    this.run = ProcessBarrier.PRIVATE.available() ? run : 0;
  }

  private static VarHandle handle(String field, Class<?> type) {
    try {
      return MethodHandles.lookup()
          .findVarHandle(TransmitLock.class, field, type)
          .withInvokeExactBehavior();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Whether the calling thread is the owner. */
  boolean isMine() {
    return (Thread) OWNER.getOpaque(this) == Thread.currentThread();
  }

  boolean tryLock() {
    Thread me = Thread.currentThread();
    return isMine() ? enter(me) : take(me);
  }

  /**
   * The owner's way. The fence is for the compiler, which must not look at the owner before it
   * stores; the processor is kept from it by the fence of {@link #takeAway}.
   */
  private boolean enter(Thread me) {
    INSIDE.setOpaque(this, true);
    VarHandle.acquireFence();
    if ((Thread) OWNER.getAcquire(this) == me) {
      owned = true;
      return true;
    }
    INSIDE.setRelease(this, false);
    return false;
  }

  private boolean take(Thread me) {
    if ((boolean) HELD.getOpaque(this)
        || (boolean) HELD.compareAndExchangeAcquire(this, false, true)) {
      return false;
    }
    if (owner != null && !takeAway()) {
      HELD.setRelease(this, false);
      return false;
    }
    owned = false;
    count(me);
    return true;
  }

  /** False, and the lock is as it was, where the fence could not be had just now. */
  private boolean takeAway() {
    Thread before = owner;
    OWNER.setOpaque(this, (Thread) null);
    if (!ProcessBarrier.PRIVATE.fence()) {
      OWNER.setRelease(this, before);
      return false;
    }
    for (int i = 0; (boolean) INSIDE.getAcquire(this); i++) {
      pause(i);
    }
    return true;
  }

  /** The new owner's next entry is the first without an atomic operation. */
  private void count(Thread me) {
    if (last != me) {
      last = me;
      entries = 0;
    } else if (run > 0 && ++entries >= run) {
      OWNER.setOpaque(this, me);
    }
  }

  void lock() {
    for (int i = 0; !tryLock(); i++) {
      pause(i);
    }
  }

  private void pause(int before) {
    if (before < SPINS) {
      Thread.onSpinWait();
    } else if (before < YIELDS) {
      Thread.yield();
    } else {
      LockSupport.parkNanos(this, SLICE_NANOS);
    }
  }

  void unlock() {
    if (owned) {
      INSIDE.setRelease(this, false);
    } else {
      HELD.setRelease(this, false);
    }
  }
}
