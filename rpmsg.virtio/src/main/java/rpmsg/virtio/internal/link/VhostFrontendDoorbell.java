// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;

/**
 * Kick and call descriptors of a front-end's two queues, and one for errors of both, all eventfds.
 * Nothing is kicked before {@link #start}: a back-end takes the first kick for DRIVER_OK.
 */
final class VhostFrontendDoorbell implements Doorbell {

  static final int QUEUES = 2;

  private static final int WAKE = QUEUES;
  private static final int ERROR = QUEUES + 1;
  private static final int CONNECTION = QUEUES + 2;
  private static final int BACK_CHANNEL = QUEUES + 3;
  private static final int SLOTS = QUEUES + 4;

  private final EventFd[] kicks = new EventFd[QUEUES];
  private final EventFd[] calls = new EventFd[QUEUES];
  private EventFd wake;
  private EventFd error;
  private final Fd backChannel;
  private final Poll poll = new Poll(SLOTS);
  private volatile boolean started;
  private volatile boolean news;
  private volatile boolean broken;
  private volatile boolean peerClosed;
  private volatile boolean closed;

  /**
   * Waits for the descriptors of messages as well, which stay their owner's.
   *
   * @param backChannel null if there is none
   */
  VhostFrontendDoorbell(Fd connection, Fd backChannel) throws ErrnoException {
    this.backChannel = backChannel;
    try {
      wake = EventFd.create();
      error = EventFd.create();
      for (int i = 0; i < QUEUES; i++) {
        kicks[i] = EventFd.create();
        calls[i] = EventFd.create();
        poll.set(i, calls[i].fd(), Poll.IN);
      }
    } catch (ErrnoException e) {
      close();
      throw e;
    }
    poll.set(WAKE, wake.fd(), Poll.IN);
    poll.set(ERROR, error.fd(), Poll.IN);
    poll.set(CONNECTION, connection, Poll.IN);
    poll.set(BACK_CHANNEL, backChannel, Poll.IN);
  }

  /** For SET_VRING_KICK. */
  Fd kick(int index) {
    return kicks[index].fd();
  }

  /** For SET_VRING_CALL. */
  Fd call(int index) {
    return calls[index].fd();
  }

  /** For SET_VRING_ERR of both queues. */
  Fd error() {
    return error.fd();
  }

  /** Whether the back-end has said since {@link #start} that it has given a ring up. */
  boolean broken() {
    return broken;
  }

  /** From here on a ring kicks. */
  void start() {
    broken = false;
    started = true;
  }

  /** From here on it does not. */
  void stop() {
    started = false;
  }

  /** Whether connection or back-channel have had something since this was {@link #read}. */
  boolean news() {
    return news;
  }

  /** Before everything is read from connection and back-channel. */
  void read() {
    news = false;
  }

  /** The back-end has closed the connection. */
  void peerGone() {
    peerClosed = true;
  }

  @Override
  public boolean rings() {
    return true;
  }

  @Override
  public void ring() {
    for (int i = 0; i < QUEUES; i++) {
      ringFor(i);
    }
  }

  @Override
  public void ringFor(int queue) {
    if (started) {
      kicks[queue].signal();
    }
  }

  @Override
  public boolean await(long nanos) {
    if (closed) {
      return false;
    }
    if (backChannel != null && !backChannel.isOpen()) {
      poll.set(BACK_CHANNEL, null, 0);
    }
    try {
      if (poll.await(nanos) == 0) {
        return false;
      }
    } catch (ErrnoException e) {
      throw new IllegalStateException("doorbell: " + e.getMessage(), e);
    }
    collect();
    return true;
  }

  private void collect() {
    for (int i = 0; i < QUEUES; i++) {
      if (poll.events(i) != 0) {
        calls[i].drain();
      }
    }
    if (poll.events(WAKE) != 0) {
      wake.drain();
    }
    if (poll.events(ERROR) != 0 && error.drain()) {
      broken = true;
    }
    if ((poll.events(CONNECTION) | poll.events(BACK_CHANNEL)) != 0) {
      news = true;
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
    return !peerClosed && !closed;
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
    closed = true;
    started = false;
    if (wake != null) {
      wake.signal();
    }
    for (int i = 0; i < QUEUES; i++) {
      close(kicks[i]);
      close(calls[i]);
    }
    close(error);
    close(wake);
  }

  private static void close(EventFd bell) {
    if (bell != null) {
      bell.close();
    }
  }
}
