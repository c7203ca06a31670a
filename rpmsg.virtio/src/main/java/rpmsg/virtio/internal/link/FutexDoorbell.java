// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ThreadLocalRandom;
import rpmsg.syscall.Futex;
import rpmsg.syscall.ProcessBarrier;
import rpmsg.virtio.internal.link.LinkException.Kind;

/**
 * A doorbell in the shared memory itself, for two processes of this project: each side sleeps on a
 * word of its own, and a ring costs a system call only while the other side sleeps. The words lie
 * in the page before the first ring, where neither table nor rings are:
 *
 * <pre>
 * struct futex_doorbell {  // little-endian or big, as the machine; at 0x3f00 for index 0, 0x3f80 for index 1
 *   u16 rings;             // 0: counted up by the other side
 *   u16 wakes;             // 2: counted up by this side, for its own threads
 *   u32 asleep;            // 4: the number of this side's sleep, each another; 0 while it is awake
 *   u32 fences;            // 8: 1 where this side fences all processors before it sleeps
 * };
 * </pre>
 *
 * Both halves of the word have one writer each, so plain 16-bit stores do; the sleep is on both
 * halves at once. Whoever rings counts, then looks whether the other side sleeps; whoever sleeps
 * says so, then looks at the count: with a full fence in between, at least one of them sees the
 * other. A sleep needs one wake, so whoever rings remembers the one that it ended last; who was
 * woken may have to wait for a processor before it says that it is awake.
 *
 * <p>A side that fences makes up, before it sleeps, for the fence that the other would need for
 * each message, between the store of an index and its look at whether this side wants to be told
 * ({@link ProcessBarrier#GLOBAL}). What the peer may write here ends a sleep early or too late,
 * which has a bound.
 *
 * <p>Like a peer that polls, one that has gone is not seen here.
 */
final class FutexDoorbell implements Doorbell {
  private static final long WORDS = 0x3f00;
  private static final long APART = 0x80;
  private static final long END = WORDS + 2 * APART;
  private static final int WAKES = 2;
  private static final int ASLEEP = 4;
  private static final int FENCES = 8;
  private static final VarHandle SHORT = JAVA_SHORT.varHandle().withInvokeExactBehavior();
  private static final VarHandle INT = JAVA_INT.varHandle().withInvokeExactBehavior();

  private final MemorySegment memory;
  private final long own;
  private final long other;
  private final Futex ownWord;
  private final Futex otherWord;
  private final Object ringing = new Object();
  private final Object waking = new Object();
  private short rings;
  private short wakes;
  private int seen;

  /**
   * From a random number on, so that the numbers of a process before this one do not come again.
   */
  private int sleeps = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);

  /** The sleep of the other side that was ended last. */
  private int ended;

  private boolean fences = ProcessBarrier.GLOBAL.available();
  private volatile boolean sleeping;
  private volatile boolean closed;

  private FutexDoorbell(MemorySegment memory, int index) {
    this.memory = memory;
    own = WORDS + index * APART;
    other = WORDS + (1 - index) * APART;
    ownWord = new Futex(memory, own);
    otherWord = new Futex(memory, other);
    rings = (short) SHORT.getAcquire(memory, other);
    wakes = (short) SHORT.getAcquire(memory, own + WAKES);
    seen = word();
    publish(FENCES, fences ? 1 : 0);
    publish(ASLEEP, 0);
  }

  /**
   * The doorbell of one index.
   *
   * @throws LinkException INVALID where the table has placed a ring on its words
   */
  static FutexDoorbell open(MemorySegment memory, ResourceTable table, int index)
      throws LinkException {
    for (Vring vring : table.vrings()) {
      if (vring.offset() < END && vring.end() > WORDS) {
        throw new LinkException(
            Kind.INVALID,
            "doorbell futex needs 0x%x to 0x%x of the memory, where %s is: use poll or unix:PATH"
                .formatted(WORDS, END, vring));
      }
    }
    return new FutexDoorbell(memory, index);
  }

  @Override
  public boolean rings() {
    return true;
  }

  @Override
  public void ring() {
    synchronized (ringing) {
      if (!closed) {
        VarHandle.releaseFence();
        SHORT.set(memory, other, ++rings);
        VarHandle.fullFence();
        end((int) INT.getAcquire(memory, other + ASLEEP));
      }
    }
  }

  private void end(int sleep) {
    if (sleep != 0 && sleep != ended) {
      ended = sleep;
      otherWord.wake();
    }
  }

  /** A process that is not registered for the fences of others has to make its own. */
  @Override
  public boolean peerFences() {
    return ProcessBarrier.GLOBAL.available() && (int) INT.getAcquire(memory, other + FENCES) == 1;
  }

  /** Where the fence fails, the peer is told to do without from now on. */
  @Override
  public boolean fenceForPeer() {
    if (!fences || ProcessBarrier.GLOBAL.fence()) {
      return true;
    }
    fences = false;
    publish(FENCES, 0);
    return false;
  }

  @Override
  public void wake() {
    synchronized (waking) {
      if (!closed) {
        countWake();
      }
    }
  }

  private void countWake() {
    VarHandle.releaseFence();
    SHORT.set(memory, own + WAKES, ++wakes);
    VarHandle.fullFence();
    if (sleeping) {
      ownWord.wake();
    }
  }

  @Override
  public boolean await(long nanos) {
    if (poll()) {
      return true;
    }
    if (nanos > 0 && !closed) {
      sleeping = true;
      publish(ASLEEP, nextSleep());
      VarHandle.fullFence();
      if (word() == seen) {
        ownWord.await(seen, nanos);
      }
      publish(ASLEEP, 0);
      sleeping = false;
    }
    return poll();
  }

  @Override
  public boolean poll() {
    if (closed) {
      return false;
    }
    int now = word();
    boolean changed = now != seen;
    seen = now;
    return changed;
  }

  private int word() {
    return (int) INT.getAcquire(memory, own);
  }

  private int nextSleep() {
    sleeps = sleeps == Integer.MAX_VALUE ? 1 : sleeps + 1;
    return sleeps;
  }

  private void publish(int word, int value) {
    VarHandle.releaseFence();
    INT.set(memory, own + word, value);
  }

  @Override
  public void active() {}

  @Override
  public boolean connected() {
    return !closed;
  }

  @Override
  public boolean seesPeerGo() {
    return false;
  }

  @Override
  public boolean peerClosed() {
    return false;
  }

  /** Nobody touches the memory when this returns, but for the receive thread that closes it. */
  @Override
  public void close() {
    synchronized (ringing) {
      synchronized (waking) {
        if (!closed) {
          closed = true;
          countWake();
        }
      }
    }
  }

  @Override
  public String toString() {
    return "futex";
  }
}
