// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;

/**
 * The doorbell of a back-end: kick descriptors come in, call descriptors go out. It waits for
 * messages and connections as well, which {@link VhostLink#check} reads.
 */
final class VhostDoorbell implements Doorbell {

  private static final int SOCKET = 0;
  private static final int KICKS = 1;
  private static final int WAKE = KICKS + VhostState.QUEUES;

  private final EventFd wake;
  private final Poll poll = new Poll(WAKE + 1);
  private volatile VhostState state;
  private volatile VhostCalls calls;
  private volatile boolean connected;
  private volatile boolean closed;
  private Fd socket;
  private boolean news;

  VhostDoorbell() throws ErrnoException {
    wake = EventFd.create();
    poll.set(WAKE, wake.fd(), Poll.IN);
  }

  /** From here on it is about this connection, or about none yet. */
  void serve(VhostState current) {
    state = current;
    calls = new VhostCalls(current);
  }

  VhostCalls calls() {
    return calls;
  }

  /**
   * What else to wait for.
   *
   * @param fd a connection, a listener, or null
   */
  void watch(Fd fd) {
    socket = fd;
  }

  void connected(boolean value) {
    connected = value;
  }

  /** Whether there is something to read, or the driver has kicked for the first time. */
  boolean news() {
    return news;
  }

  void news(boolean value) {
    news = value;
  }

  @Override
  public boolean rings() {
    return true;
  }

  @Override
  public void ring() {
    for (int queue = 0; queue < VhostState.QUEUES; queue++) {
      ringFor(queue);
    }
  }

  @Override
  public void ringFor(int queue) {
    if (!closed) {
      calls.call(queue);
    }
  }

  @Override
  public boolean await(long nanos) {
    if (closed) {
      return false;
    }
    VhostState current = state;
    poll.set(SOCKET, socket, Poll.IN);
    for (int i = 0; i < VhostState.QUEUES; i++) {
      poll.set(KICKS + i, current.queue(i).kickFd(), Poll.IN);
    }
    try {
      if (poll.await(news ? 0 : nanos) == 0) {
        return news;
      }
    } catch (ErrnoException e) {
      throw new IllegalStateException("doorbell: " + e.getMessage(), e);
    }
    collect(current);
    return true;
  }

  private void collect(VhostState current) {
    news |= poll.events(SOCKET) != 0;
    for (int i = 0; i < VhostState.QUEUES; i++) {
      if (poll.events(KICKS + i) != 0 && current.queue(i).collect()) {
        news |= !current.driverOk();
      }
    }
    if (poll.events(WAKE) != 0) {
      wake.drain();
    }
  }

  @Override
  public boolean poll() {
    return await(0);
  }

  @Override
  public void wake() {
    wake.signal();
  }

  @Override
  public void active() {}

  @Override
  public boolean connected() {
    return connected;
  }

  /** A front-end that has gone may come back to the same link. */
  @Override
  public boolean seesPeerGo() {
    return true;
  }

  @Override
  public boolean peerClosed() {
    return false;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      connected = false;
      wake.signal();
      wake.close();
    }
  }
}
