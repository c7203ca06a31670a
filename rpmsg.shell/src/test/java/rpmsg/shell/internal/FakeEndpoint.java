// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.SendResult;

/** An endpoint whose peer is a function of the test. */
public class FakeEndpoint implements RpmsgEndpoint {
  /** What the peer does with a message, on the sender's thread. */
  @FunctionalInterface
  public interface Peer {
    void receive(RpmsgMessage message) throws RpmsgException;
  }

  public static final int MTU = 496;

  private final Deque<Runnable> writable = new ArrayDeque<>();
  private final int address;
  private final int destination;
  private final RpmsgListener listener;
  private final Peer peer;
  private volatile boolean open = true;
  private int backPressure;

  public FakeEndpoint(int address, int destination, RpmsgListener listener, Peer peer) {
    this.address = address;
    this.destination = destination;
    this.listener = listener;
    this.peer = peer;
  }

  public RpmsgListener listener() {
    return listener;
  }

  /** Lets the next {@code times} attempts to send find no buffer. */
  public void refuse(int times) {
    backPressure = times;
  }

  /** Runs what waits for a buffer. */
  public void becomeWritable() {
    while (!writable.isEmpty()) {
      writable.poll().run();
    }
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
  public int mtu() {
    return MTU;
  }

  @Override
  public void sendTo(MemorySegment payload, int dst, Duration timeout) throws RpmsgException {
    if (!open) {
      throw new RpmsgException(Errno.EPIPE, "closed");
    }
    peer.receive(RpmsgMessage.of(address, dst, payload.toArray(ValueLayout.JAVA_BYTE)));
  }

  @Override
  public SendResult trySendTo(MemorySegment payload, int dst) throws RpmsgException {
    if (backPressure > 0) {
      backPressure--;
      return SendResult.BACK_PRESSURE;
    }
    sendTo(payload, dst, Duration.ZERO);
    return SendResult.SENT;
  }

  @Override
  public BufferClaim claim(int length, int dst, Duration timeout) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean writable() {
    return backPressure == 0;
  }

  @Override
  public void whenWritable(Runnable action) {
    writable.add(action);
  }

  @Override
  public void setFlowControl(boolean pause) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
  }
}
