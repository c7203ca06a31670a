// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import rpmsg.syscall.Errno;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;

/**
 * A front-end's connection to a back-end, with the back-channel if the back-end wants one: requests
 * and their answers. Deadlines are times of {@link System#nanoTime}. Each failure is a {@link
 * LinkException} that names socket and request. One thread at a time; {@link #close} any thread.
 */
final class VhostFrontendConnection implements AutoCloseable {

  private static final Set<VhostFeature> SUPPORTED =
      EnumSet.of(
          VhostFeature.REPLY_ACK,
          VhostFeature.BACKEND_REQ,
          VhostFeature.CONFIG,
          VhostFeature.STATUS);

  /** How many messages of the back-channel are read at a time. */
  private static final int MOST_REQUESTS = 16;

  private final Path path;
  private final VhostChannel channel;
  private VhostChannel back;
  private long features;
  private long protocol;

  private VhostFrontendConnection(Path path, UnixSocket socket) {
    this.path = path;
    this.channel = VhostChannel.frontend(socket);
  }

  /**
   * Connects, and agrees on the protocol features.
   *
   * @param wanted protocol features; of them those that are supported here are accepted
   * @throws LinkException NOT_READY if nobody listens or answers, SOCKET_PATH, NO_PERMISSION,
   *     PEER_CLOSED (transient), BAD_PEER or IO; nothing is left open
   */
  static VhostFrontendConnection open(Path path, Set<VhostFeature> wanted, long deadline)
      throws LinkException {
    VhostFrontendConnection connection = new VhostFrontendConnection(path, connect(path));
    try {
      connection.agree(wanted, deadline);
      return connection;
    } catch (LinkException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private static UnixSocket connect(Path path) throws LinkException {
    try {
      if (FileKind.at(path) != null && !FileKind.isSocket(path)) {
        throw new LinkException(
            Kind.SOCKET_PATH, path + " is no socket: give the path that the back-end listens at");
      }
      return UnixSocket.connect(path);
    } catch (ErrnoException e) {
      throw switch (e.errno()) {
        case Errno.ENOENT, Errno.ECONNREFUSED ->
            new LinkException(
                Kind.NOT_READY, "nobody listens at " + path + ": start the other side", e);
        case Errno.EAGAIN ->
            new LinkException(Kind.NOT_READY, path + ": too many wait for the back-end already", e);
        case Errno.EACCES ->
            new LinkException(
                Kind.NO_PERMISSION, path + " may not be used: see its owner and mode", e);
        default -> new LinkException(Kind.IO, e.getMessage(), e);
      };
    } catch (IOException e) {
      throw new LinkException(Kind.SOCKET_PATH, e.getMessage(), e);
    }
  }

  private void agree(Set<VhostFeature> wanted, long deadline) throws LinkException {
    send(VhostMessage.of(VhostRequest.SET_OWNER), deadline);
    features = number(VhostRequest.GET_FEATURES, deadline);
    if (!enables()) {
      return;
    }
    long offered = number(VhostRequest.GET_PROTOCOL_FEATURES, deadline);
    long accepted = offered & VhostFeature.bits(wanted) & VhostFeature.bits(SUPPORTED);
    send(VhostMessage.of(VhostRequest.SET_PROTOCOL_FEATURES, accepted), deadline);
    protocol = accepted;
    if (has(VhostFeature.BACKEND_REQ)) {
      openBackChannel(deadline);
    }
  }

  private void openBackChannel(long deadline) throws LinkException {
    UnixSocket.Pair pair;
    try {
      pair = UnixSocket.pair();
    } catch (ErrnoException e) {
      throw new LinkException(Kind.IO, this + ": " + e.getMessage(), e);
    }
    back = VhostChannel.frontendReplies(pair.ours());
    try (Fd theirs = pair.theirs()) {
      command(VhostMessage.of(VhostRequest.SET_BACKEND_REQ_FD, theirs), deadline);
    }
  }

  /** What the back-end offers, {@link VhostFeature#PROTOCOL_FEATURES} included. */
  long features() {
    return features;
  }

  /** Whether a protocol feature was agreed on. */
  boolean has(VhostFeature feature) {
    return feature.in(protocol);
  }

  /** The protocol features that were agreed on, in words. */
  String protocolWords() {
    return VhostFeature.words(protocol);
  }

  /** Whether there are protocol features, so that rings are enabled by messages. */
  boolean enables() {
    return (features & VhostFeature.PROTOCOL_FEATURES) != 0;
  }

  /**
   * Makes a request that has no answer of its own, and waits for the acknowledgement if the
   * back-end can give one.
   *
   * @throws LinkException BAD_PEER if it is refused
   */
  void command(VhostMessage request, long deadline) throws LinkException {
    if (!has(VhostFeature.REPLY_ACK)) {
      send(request, deadline);
      return;
    }
    try (VhostMessage reply = ask(request.needingReply(), deadline)) {
      if (reply.u64() != 0) {
        throw refused(request.request() + ", with " + Long.toUnsignedString(reply.u64()));
      }
    }
  }

  /** Waits until the back-end has handled all commands, also where it acknowledges none. */
  void settle(long deadline) throws LinkException {
    if (!has(VhostFeature.REPLY_ACK)) {
      number(VhostRequest.GET_FEATURES, deadline);
    }
  }

  /** Asks for a number. */
  long number(VhostRequest request, long deadline) throws LinkException {
    try (VhostMessage reply = ask(VhostMessage.of(request), deadline)) {
      return reply.u64();
    }
  }

  /** Makes a request that has an answer, which the caller closes. */
  VhostMessage ask(VhostMessage request, long deadline) throws LinkException {
    try {
      return channel.ask(request, deadline);
    } catch (VhostException e) {
      throw failure(request.request(), e);
    }
  }

  private void send(VhostMessage request, long deadline) throws LinkException {
    try {
      channel.send(request, deadline);
    } catch (VhostException e) {
      throw failure(request.request(), e);
    }
  }

  /**
   * Reads what has come without being asked for.
   *
   * @return whether the back-end says that its configuration has changed
   * @throws LinkException PEER_CLOSED, BAD_PEER or IO
   */
  boolean changed(long deadline) throws LinkException {
    try (VhostMessage reply = channel.tryReceive()) {
      if (reply != null) {
        throw new LinkException(
            Kind.BAD_PEER, this + ": a reply to " + reply.request() + " that nobody asked for");
      }
      return back != null && requests(deadline);
    } catch (VhostException e) {
      throw failure(null, e);
    }
  }

  private boolean requests(long deadline) throws VhostException, LinkException {
    boolean changed = false;
    for (int i = 0; i < MOST_REQUESTS; i++) {
      try (VhostMessage request = nextRequest()) {
        if (request == null) {
          break;
        }
        if (request.request() != VhostRequest.BACKEND_CONFIG_CHANGE_MSG) {
          throw new LinkException(
              Kind.BAD_PEER, this + ": " + request.request() + " was not agreed on");
        }
        changed = true;
        if (request.needsReply()) {
          back.send(request.reply(0), deadline);
        }
      }
    }
    return changed;
  }

  /** A back-end may do without its back-channel. */
  private VhostMessage nextRequest() throws VhostException {
    try {
      return back.fd().isOpen() ? back.tryReceive() : null;
    } catch (VhostException e) {
      if (e.kind() == VhostException.Kind.CLOSED) {
        return null;
      }
      throw e;
    }
  }

  /** The descriptor of the connection. Still owned by this object. */
  Fd fd() {
    return channel.fd();
  }

  /** The descriptor of the back-channel, or null. Still owned by this object. */
  Fd backChannel() {
    return back == null ? null : back.fd();
  }

  LinkException refused(String what) {
    return new LinkException(Kind.BAD_PEER, this + ": the back-end refuses " + what);
  }

  private LinkException failure(VhostRequest request, VhostException e) {
    String what = request == null ? "" : request + ": ";
    return switch (e.kind()) {
      case CLOSED ->
          new LinkException(
              Kind.PEER_CLOSED,
              true,
              this + ": " + what + "the back-end has gone: wait for it to come back",
              e);
      case TIMEOUT ->
          new LinkException(
              Kind.NOT_READY,
              this + ": " + what + "no answer in time; is another front-end connected?",
              e);
      case PROTOCOL -> new LinkException(Kind.BAD_PEER, this + ": " + e.getMessage(), e);
      case IO -> new LinkException(Kind.IO, this + ": " + e.getMessage(), e);
    };
  }

  /** Ends connection and back-channel. Idempotent. */
  @Override
  public void close() {
    channel.close();
    if (back != null) {
      back.close();
    }
  }

  @Override
  public String toString() {
    return "vhost-user:" + path;
  }
}
