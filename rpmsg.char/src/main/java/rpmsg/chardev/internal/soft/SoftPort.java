// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.soft;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.internal.Port;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.SendResult;

/** An endpoint of this container, as one opener of a device has it. */
final class SoftPort implements Port {
  private final RpmsgEndpoint endpoint;
  private final MessageQueue queue;
  private final int dst;
  private final boolean owner;
  private final Tally tally;
  private final Events events;
  private final AtomicBoolean awaitsBuffer = new AtomicBoolean();

  /**
   * @param queue the endpoint's listener, opened for {@code events}
   * @param dst where messages go, or ANY
   * @param owner whether the endpoint is closed with the port
   */
  SoftPort(
      RpmsgEndpoint endpoint,
      MessageQueue queue,
      int dst,
      boolean owner,
      Tally tally,
      Events events) {
    this.endpoint = endpoint;
    this.queue = queue;
    this.dst = dst;
    this.owner = owner;
    this.tally = tally;
    this.events = events;
  }

  @Override
  public int address() {
    return endpoint.address();
  }

  @Override
  public int tryRead(MemorySegment target) throws RpmsgException {
    return queue.take(events, target);
  }

  @Override
  public boolean tryWrite(MemorySegment source) throws RpmsgException {
    queue.check(events);
    try {
      if (endpoint.trySendTo(source, dst) == SendResult.SENT) {
        tally.sent.increment();
        return true;
      }
      awaitBuffer();
      return false;
    } catch (RpmsgException refused) {
      throw isGone(refused)
          ? new RpmsgException(Errno.EPIPE, "the link is gone", refused)
          : refused;
    }
  }

  private static boolean isGone(RpmsgException refused) {
    return refused.errno() == Errno.ENODEV || refused.errno() == Errno.EIO;
  }

  /** Asks to be told, once; where that fails, who writes again finds out why. */
  private void awaitBuffer() {
    if (awaitsBuffer.compareAndSet(false, true)) {
      try {
        endpoint.whenWritable(this::bufferIsFree);
      } catch (RpmsgException untold) {
        awaitsBuffer.set(false);
      }
    }
  }

  private void bufferIsFree() {
    awaitsBuffer.set(false);
    if (queue.usable(events)) {
      events.changed();
    }
  }

  @Override
  public Set<Readiness> poll() {
    if (!queue.usable(events)) {
      return EnumSet.of(Readiness.ERROR);
    }
    EnumSet<Readiness> ready = EnumSet.noneOf(Readiness.class);
    if (queue.readable()) {
      ready.add(Readiness.READABLE);
    }
    if (endpoint.writable()) {
      ready.add(Readiness.WRITABLE);
    } else {
      awaitBuffer();
    }
    return ready;
  }

  /** No transport of the bus reports that a peer asked to pause. */
  @Override
  public boolean outgoingFlowPaused() throws RpmsgException {
    queue.check(events);
    return false;
  }

  @Override
  public void pauseIncomingFlow(boolean pause) throws RpmsgException {
    queue.check(events);
    endpoint.setFlowControl(pause);
  }

  /** The device goes: who waits in it is told, and the address is free when this returns. */
  void end() {
    queue.end();
    closeEndpoint();
  }

  @Override
  public void close() {
    try {
      closeEndpoint();
    } finally {
      queue.close(events);
    }
  }

  private void closeEndpoint() {
    if (owner) {
      endpoint.close();
    }
  }
}
