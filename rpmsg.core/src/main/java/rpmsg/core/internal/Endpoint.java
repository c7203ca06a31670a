// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.SendResult;
import rpmsg.core.spi.Receiver;

/** A local address with its receiver. */
final class Endpoint implements RpmsgEndpoint {
  /** What became of a message that was handed to an endpoint. */
  enum Dispatch {
    TAKEN,
    REFUSED,
    CLOSED
  }

  private final Space space;
  private final int address;
  private final int destination;
  private final Receiver receiver;
  private final RpmsgListener listener;
  private String announced;
  private volatile boolean closed;

  /** With what takes the messages, or null where the listener does. */
  Endpoint(Space space, int address, int destination, Receiver receiver, RpmsgListener listener) {
    this.space = space;
    this.address = address;
    this.destination = destination;
    this.receiver = receiver;
    this.listener = listener;
  }

  /** Runs the receiver, while this endpoint is {@linkplain Callbacks#enter entered}. */
  Dispatch dispatch(RpmsgMessage message) {
    if (closed) {
      return Dispatch.CLOSED;
    }
    try {
      return receive(message) ? Dispatch.TAKEN : Dispatch.REFUSED;
    } catch (Throwable failure) {
      space.listenerFailed(this, failure);
      return Dispatch.TAKEN;
    }
  }

  private boolean receive(RpmsgMessage message) throws Exception {
    if (receiver != null) {
      return receiver.receive(message);
    }
    listener.onMessage(message);
    return true;
  }

  @Override
  public int address() {
    return address;
  }

  @Override
  public int destination() {
    return destination;
  }

  @Override
  public int mtu() throws RpmsgException {
    return space.mtu();
  }

  @Override
  public void sendTo(MemorySegment payload, int dst, Duration timeout) throws RpmsgException {
    check(dst, payload.byteSize());
    if (!space.ops().send(address, dst, payload, nanos(timeout))) {
      throw new RpmsgException(
          Errno.ERESTARTSYS, "timeout waiting for a tx buffer (" + timeout + ")");
    }
  }

  @Override
  public SendResult trySendTo(MemorySegment payload, int dst) throws RpmsgException {
    check(dst, payload.byteSize());
    return space.ops().send(address, dst, payload, 0) ? SendResult.SENT : SendResult.BACK_PRESSURE;
  }

  @Override
  public BufferClaim claim(int length, int dst, Duration timeout) throws RpmsgException {
    check(dst, length);
    return space.ops().claim(address, dst, length, nanos(timeout));
  }

  @Override
  public boolean writable() {
    return !closed && space.ops().writable();
  }

  @Override
  public void whenWritable(Runnable action) throws RpmsgException {
    checkOpen();
    space.ops().whenWritable(() -> space.later(action));
  }

  @Override
  public void resume() {
    space.ops().wake();
  }

  @Override
  public void setFlowControl(boolean pause) throws RpmsgException {
    checkOpen();
    space.ops().setFlowControl(address, destination, pause);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  /** The peer was told of this endpoint under this name, so it is told when it goes. */
  synchronized void announcedAs(String name) {
    announced = name;
  }

  @Override
  public void close() {
    withdraw();
    unbind();
  }

  /** The channel or the link goes, not the owner: the listener is told. */
  void closeByBus() {
    try {
      if (unbind()) {
        listener.onClosed(this);
      }
    } catch (Throwable failure) {
      space.listenerFailed(this, failure);
    }
  }

  /** Tells the peer once more, if it was told; never after it was told that this endpoint goes. */
  synchronized void announceAgain() throws RpmsgException {
    if (announced != null) {
      space.sendAnnouncement(this, announced, false, 0);
    }
  }

  /** Tells the peer, if it was told of this endpoint; only once, whoever closes. */
  void withdraw() {
    String name = takeAnnounced();
    if (name != null) {
      space.farewell(this, name);
    }
  }

  private synchronized String takeAnnounced() {
    String name = announced;
    announced = null;
    return name;
  }

  private boolean unbind() {
    boolean first = space.remove(this);
    awaitCallback();
    return first;
  }

  /** Called by the space under its lock; true for the first time. */
  boolean markClosed() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  /** Saturates: any duration is a timeout. */
  private static long nanos(Duration timeout) {
    return Math.max(0, TimeUnit.NANOSECONDS.convert(timeout));
  }

  private void check(int dst, long length) throws RpmsgException {
    checkOpen();
    if (dst == RpmsgAddress.ANY) {
      throw new RpmsgException(Errno.EINVAL, "invalid addr (dst " + RpmsgAddress.format(dst) + ")");
    }
    int mtu = space.sendLimit();
    if (length < 0 || length > mtu) {
      throw new RpmsgException(
          Errno.EMSGSIZE, "message is too big (" + length + "), at most " + mtu);
    }
  }

  private void checkOpen() throws RpmsgException {
    if (closed) {
      throw new RpmsgException(
          Errno.EPIPE, "endpoint " + RpmsgAddress.format(address) + " is closed");
    }
  }

  private void awaitCallback() {
    if (!space.awaitCallback(this)) {
      throw new IllegalStateException(
          "listener of " + this + " still runs after " + space.closeBound().toSeconds() + " s");
    }
  }

  @Override
  public String toString() {
    return space.name() + ":" + RpmsgAddress.format(address);
  }
}
