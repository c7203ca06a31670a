// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.internal.Port;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Poll;

/** An endpoint node that is open. The kernel has the queue; here is only what it does not tell. */
final class KernelPort implements Port {
  /** The longest message that is handed to the kernel, which makes room before it looks. */
  static final int MOST_BYTES = 1 << 20;

  private final Node node;
  private final int address;
  private final Events events;
  private final LongAdder received;
  private final LongAdder sent;
  private final ReentrantLock reading = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();
  private final Bounce reads = new Bounce();
  private final Bounce writes = new Bounce();
  private final Poll poll = new Poll(1);
  private final PollThread.Watch watch;

  /** Whether this kernel's poll knows of free transmit buffers: on virtio since 7.0. */
  private volatile boolean tellsWritable;

  private volatile boolean full;
  private volatile boolean closed;

  /**
   * @param node is closed by {@link #close}, or if this fails
   * @param received counts messages that were read
   * @param sent counts messages that were written
   */
  KernelPort(
      Node node, int address, PollThread polls, Events events, LongAdder received, LongAdder sent)
      throws RpmsgException {
    this.node = node;
    this.address = address;
    this.events = events;
    this.received = received;
    this.sent = sent;
    try {
      watch = polls.watch(node.fd(), this::happened);
    } catch (RpmsgException | RuntimeException e) {
      node.close();
      throw e;
    }
  }

  private void happened(int found) {
    if ((found & Poll.OUT) != 0) {
      tellsWritable = true;
    }
    full = false;
    events.changed();
  }

  @Override
  public int address() {
    return address;
  }

  @Override
  public int tryRead(MemorySegment target) throws RpmsgException {
    reading.lock();
    try {
      MemorySegment into = reads.room(target);
      int length = node.read(into);
      if (length == Node.WOULD_BLOCK) {
        watch.arm(Poll.IN);
        return NOTHING;
      }
      if (into != target) {
        MemorySegment.copy(into, 0, target, 0, length);
      }
      received.increment();
      return length;
    } finally {
      reading.unlock();
    }
  }

  @Override
  public boolean tryWrite(MemorySegment source) throws RpmsgException {
    if (source.byteSize() > MOST_BYTES) {
      throw new RpmsgException(
          Errno.EMSGSIZE, "%d bytes, at most %d".formatted(source.byteSize(), MOST_BYTES));
    }
    writing.lock();
    try {
      MemorySegment from = writes.room(source);
      if (from != source) {
        from.copyFrom(source);
      }
      if (node.write(from) == Node.WOULD_BLOCK) {
        full();
        return false;
      }
      sent.increment();
      return true;
    } finally {
      writing.unlock();
    }
  }

  private void full() {
    full = true;
    watch.arm(Poll.OUT);
    if (!tellsWritable) {
      watch.lookSoon();
    }
  }

  @Override
  public Set<Readiness> poll() {
    int found = pollNow();
    if ((found & Poll.GONE) != 0) {
      return EnumSet.of(Readiness.ERROR);
    }
    Set<Readiness> ready = EnumSet.noneOf(Readiness.class);
    if ((found & Poll.IN) != 0) {
      ready.add(Readiness.READABLE);
    }
    if ((found & Poll.PRIORITY) != 0) {
      ready.add(Readiness.FLOW_CHANGED);
    }
    if ((found & Poll.OUT) != 0 || (!tellsWritable && !full)) {
      ready.add(Readiness.WRITABLE);
    }
    watch.arm(~found & (Poll.IN | Poll.PRIORITY | Poll.OUT));
    return ready;
  }

  private int pollNow() {
    reading.lock();
    try {
      poll.set(0, node.fd(), Poll.IN | Poll.PRIORITY | Poll.OUT);
      poll.await(0);
      int found = poll.events(0);
      if ((found & Poll.OUT) != 0) {
        tellsWritable = true;
      }
      return found;
    } catch (ErrnoException e) {
      return Poll.GONE;
    } finally {
      reading.unlock();
    }
  }

  @Override
  public boolean outgoingFlowPaused() throws RpmsgException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment paused = arena.allocate(ValueLayout.JAVA_INT);
      node.ioctl(Ioctl.HERE.getOutgoingFlowControl, paused);
      watch.arm(Poll.PRIORITY);
      return paused.get(ValueLayout.JAVA_INT, 0) != 0;
    }
  }

  @Override
  public void pauseIncomingFlow(boolean pause) throws RpmsgException {
    node.ioctl(Ioctl.HERE.setIncomingFlowControl, pause ? 1 : 0);
  }

  /**
   * Has the kernel remove the node: whoever waits in it gets EPIPE. Kernels before 7.3 are not sure
   * what to do when it was removed before (LX166), so they are not asked.
   */
  void destroy() throws RpmsgException {
    if ((pollNow() & Poll.GONE) != 0) {
      return;
    }
    node.ioctl(Ioctl.HERE.destroyEndpoint, 0);
  }

  /** No call is under way when this returns, so the kernel has freed the address. */
  @Override
  public void close() {
    reading.lock();
    writing.lock();
    try {
      if (!closed) {
        closed = true;
        watch.close();
        node.close();
      }
    } finally {
      writing.unlock();
      reading.unlock();
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Native memory in the place of memory that the kernel cannot be given. Under a lock. */
  private static final class Bounce {
    private static final int LEAST_BYTES = 512;

    private MemorySegment memory = MemorySegment.NULL;

    /** The segment itself, or as much room, up to the longest message. */
    MemorySegment room(MemorySegment segment) {
      if (segment.isNative()) {
        return segment;
      }
      long bytes = Math.min(segment.byteSize(), MOST_BYTES);
      if (memory.byteSize() < bytes || memory == MemorySegment.NULL) {
        memory = Arena.ofAuto().allocate(Math.max(LEAST_BYTES, bytes));
      }
      return memory.asSlice(0, bytes);
    }
  }
}
