// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.vhost;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.VhostException.Kind;

/**
 * A connection on which one end makes requests and the other replies. Deadlines are times of {@link
 * System#nanoTime}. A failure ends the connection; a time that is over does so only when a part of
 * a message was written.
 *
 * <p>One thread receives; any thread may send and close.
 */
public final class VhostChannel implements AutoCloseable {

  /** Bytes of the longest message. */
  static final int MAX_MESSAGE = VhostHeader.SIZE + 4096;

  private final UnixSocket socket;
  private final boolean fromBackend;
  private final boolean asks;
  private final MessageReader reader;
  private final MessageWriter writer;
  private final Poll readable = new Poll(1);
  private final ReentrantLock sending = new ReentrantLock();

  private VhostChannel(UnixSocket socket, boolean fromBackend, boolean asks) {
    this.socket = socket;
    this.fromBackend = fromBackend;
    this.asks = asks;
    this.reader = new MessageReader(socket, fromBackend, asks);
    this.writer = new MessageWriter(socket);
    readable.set(0, socket.fd(), Poll.IN);
  }

  /** The front-end's end of the connection: sends its requests, receives replies. */
  public static VhostChannel frontend(UnixSocket socket) {
    return new VhostChannel(socket, false, true);
  }

  /** The back-end's end of the connection: receives requests, sends replies. */
  public static VhostChannel backend(UnixSocket socket) {
    return new VhostChannel(socket, false, false);
  }

  /** The back-end's end of the back-channel: sends its requests, receives replies. */
  public static VhostChannel backendRequests(UnixSocket socket) {
    return new VhostChannel(socket, true, true);
  }

  /** The front-end's end of the back-channel: receives requests, sends replies. */
  public static VhostChannel frontendReplies(UnixSocket socket) {
    return new VhostChannel(socket, true, false);
  }

  /**
   * The next message if all of it is there; never waits, and keeps what is there of it.
   *
   * @return the message, to be closed by the caller, or null
   * @throws VhostException PROTOCOL, CLOSED or IO
   */
  public VhostMessage tryReceive() throws VhostException {
    synchronized (reader) {
      try {
        return reader.next();
      } catch (IOException e) {
        throw end(e);
      }
    }
  }

  /**
   * The next message, waited for until the deadline.
   *
   * @throws VhostException TIMEOUT, PROTOCOL, CLOSED or IO
   */
  public VhostMessage receive(long deadline) throws VhostException {
    while (true) {
      VhostMessage message = tryReceive();
      if (message != null) {
        return message;
      }
      if (await(deadline) == 0) {
        throw new VhostException(Kind.TIMEOUT, "connection: no message in time");
      }
    }
  }

  /**
   * Sends a message.
   *
   * @param message its descriptors stay their owner's
   * @throws IllegalArgumentException if the message is none that this end may send
   * @throws VhostException TIMEOUT, CLOSED or IO
   */
  public void send(VhostMessage message, long deadline) throws VhostException {
    checkOwn(message);
    lock(message, deadline);
    boolean written;
    try {
      written = writer.write(message, deadline);
    } catch (IOException e) {
      throw end(e);
    } finally {
      sending.unlock();
    }
    if (!written) {
      throw VhostException.timeout(message.request(), "the peer takes no messages");
    }
  }

  /**
   * Sends a request and receives its reply. Only the receiving thread.
   *
   * @param request has an answer of its own, or needs a reply
   * @return the reply, to be closed by the caller
   * @throws VhostException as {@link #send} and {@link #receive}; a reply that is not there in time
   *     ends the connection, because it would be taken for another's
   */
  public VhostMessage ask(VhostMessage request, long deadline) throws VhostException {
    if (!request.request().answered() && !request.needsReply()) {
      throw new IllegalArgumentException(request + " gets no reply");
    }
    send(request, deadline);
    try {
      VhostMessage reply = receive(deadline);
      if (reply.request() != request.request()) {
        reply.close();
        throw VhostException.protocol(request.request(), "a reply to " + reply.request());
      }
      return reply;
    } catch (VhostException e) {
      throw end(e);
    }
  }

  /** The descriptor, for {@link Poll}. Still owned by this object. */
  public Fd fd() {
    return socket.fd();
  }

  /** Ends the connection, which wakes a thread that receives. Idempotent. */
  @Override
  public void close() {
    socket.close();
    synchronized (reader) {
      reader.close();
    }
  }

  private int await(long deadline) throws VhostException {
    try {
      return readable.await(deadline - System.nanoTime());
    } catch (IOException e) {
      throw end(e);
    }
  }

  private void checkOwn(VhostMessage message) {
    String problem = message.problem();
    if (message.isReply() == asks) {
      problem = asks ? "is a reply" : "is a request";
    }
    if (message.request().fromBackend() != fromBackend) {
      problem = "goes over the " + (fromBackend ? "connection itself" : "back-channel");
    }
    if (problem != null) {
      throw new IllegalArgumentException(message + ": " + problem);
    }
  }

  private void lock(VhostMessage message, long deadline) throws VhostException {
    try {
      if (sending.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw VhostException.timeout(message.request(), "another message is still being sent");
  }

  /** Ends the connection for the reason given. */
  private VhostException end(IOException reason) {
    boolean closedHere = !socket.fd().isOpen();
    close();
    if (reason instanceof VhostException e) {
      return e;
    }
    boolean gone = reason instanceof ErrnoException e && e.isDisconnect();
    return new VhostException(
        closedHere || gone ? Kind.CLOSED : Kind.IO, "connection: " + reason.getMessage(), reason);
  }
}
