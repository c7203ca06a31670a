// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import rpmsg.syscall.EventFd;
import rpmsg.syscall.Fd;
import rpmsg.syscall.Poll;
import rpmsg.syscall.UnixListener;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.MemoryTable;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostConfig;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringAddress;
import rpmsg.virtio.internal.vhost.VringState;

/** A back-end that follows the protocol unless a test says otherwise, and notes what it is told. */
final class VhostFrontendBackend implements AutoCloseable {

  static final long NS = 1;
  static final long PROTOCOL = VhostFeature.PROTOCOL_FEATURES;
  static final long VERSION_1 = 1L << 32;

  /** A front-end that accepts every protocol feature that is known. */
  static final LinkOptions FRONT_END =
      LinkOptions.DEFAULT.withVhost(
          VhostOptions.DEFAULT.asFrontEnd().withProtocol(EnumSet.allOf(VhostFeature.class)));

  /** What a test does in place of the usual answer. */
  interface Twist {
    /** Whether the message was dealt with. */
    boolean on(VhostMessage message) throws IOException;
  }

  /** What a test does in place of the protocol. */
  interface Script {
    void play(UnixSocket socket) throws IOException;
  }

  final List<String> told = new CopyOnWriteArrayList<>();
  final VringAddress[] addresses = new VringAddress[2];
  final EventFd[] kicks = new EventFd[2];
  final EventFd[] calls = new EventFd[2];
  final EventFd[] errors = new EventFd[2];
  volatile long features = NS | PROTOCOL | VERSION_1;
  volatile long protocol = VhostFeature.REPLY_ACK.bit() | VhostFeature.BACKEND_REQ.bit();
  volatile long statusMask = 0xFF;
  volatile long status;
  volatile byte[] config;
  volatile Twist twist = message -> false;
  volatile Script script;
  volatile MemoryTable memory = MemoryTable.empty();
  volatile VhostChannel channel;
  volatile VhostChannel back;

  private final UnixListener listener;
  private final Thread thread = new Thread(this::run, "scripted-back-end");
  private volatile Throwable failure;

  VhostFrontendBackend(Path socket) throws IOException {
    listener = UnixListener.listen(socket);
    thread.start();
  }

  static long soon() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
  }

  private void run() {
    Poll poll = new Poll(1);
    poll.set(0, listener.fd(), Poll.IN);
    try {
      while (listener.fd().isOpen()) {
        poll.await(TimeUnit.SECONDS.toNanos(20));
        UnixSocket socket = listener.fd().isOpen() ? listener.tryAccept() : null;
        if (socket != null) {
          connection(socket);
        }
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      if (listener.fd().isOpen()) {
        failure = e;
      }
    } finally {
      forget();
    }
  }

  private void connection(UnixSocket socket) throws IOException {
    try (socket;
        VhostChannel opened = VhostChannel.backend(socket)) {
      channel = opened;
      if (script != null) {
        script.play(socket);
        return;
      }
      while (opened.fd().isOpen()) {
        try (VhostMessage message = opened.receive(soon())) {
          told.add(words(message));
          if (!twist.on(message)) {
            answer(message);
          }
        }
      }
    } catch (VhostException e) {
      if (e.kind() != VhostException.Kind.CLOSED) {
        throw e;
      }
    } finally {
      forget();
    }
  }

  void answer(VhostMessage message) throws IOException {
    VhostMessage own = handle(message);
    if (own == null && message.needsReply()) {
      own = message.reply(0);
    }
    if (own != null) {
      channel.send(own, soon());
    }
  }

  /** Its own answer, or null. */
  private VhostMessage handle(VhostMessage message) throws IOException {
    switch (message.request()) {
      case SET_BACKEND_REQ_FD ->
          back = VhostChannel.backendRequests(UnixSocket.of(message.takeFd()));
      case SET_MEM_TABLE -> memory = MemoryTable.of(message);
      case SET_VRING_ADDR -> addresses[message.address().index()] = message.address();
      case SET_VRING_KICK -> kicks[message.vringIndex()] = EventFd.of(message.takeFd());
      case SET_VRING_CALL -> calls[message.vringIndex()] = EventFd.of(message.takeFd());
      case SET_VRING_ERR -> errors[message.vringIndex()] = EventFd.of(message.takeFd());
      case SET_STATUS -> status = message.u64() & statusMask;
      default -> {
        return reply(message);
      }
    }
    return null;
  }

  private VhostMessage reply(VhostMessage message) throws IOException {
    return switch (message.request()) {
      case GET_FEATURES -> message.reply(features);
      case GET_PROTOCOL_FEATURES -> message.reply(protocol);
      case GET_STATUS -> message.reply(status);
      case GET_VRING_BASE -> message.reply(new VringState(message.state().index(), 77));
      case GET_CONFIG -> configuration(message);
      default -> null;
    };
  }

  private VhostMessage configuration(VhostMessage message) throws IOException {
    VhostConfig asked = message.config();
    int end = asked.offset() + (int) asked.bytes().byteSize();
    if (config == null || end > config.length) {
      return message.refusal();
    }
    MemorySegment bytes =
        MemorySegment.ofArray(config).asSlice(asked.offset(), asked.bytes().byteSize());
    return message.reply(new VhostConfig(asked.offset(), 0, bytes));
  }

  private static String words(VhostMessage message) throws IOException {
    String what =
        switch (message.request()) {
          case SET_FEATURES, SET_PROTOCOL_FEATURES, SET_STATUS -> " 0x" + hex(message.u64());
          case SET_VRING_KICK, SET_VRING_CALL, SET_VRING_ERR -> " " + message.vringIndex();
          case SET_VRING_NUM, SET_VRING_BASE, SET_VRING_ENABLE ->
              " " + message.state().index() + " " + message.state().num();
          case GET_VRING_BASE -> " " + message.state().index();
          case SET_VRING_ADDR -> " " + words(message.address());
          case SET_MEM_TABLE -> " " + message.regions();
          case GET_CONFIG -> " " + message.config().bytes().byteSize();
          default -> "";
        };
    return message.request() + what + (message.needsReply() ? " ack" : "");
  }

  private static String words(VringAddress at) {
    return "%d desc=0x%x avail=0x%x used=0x%x flags=%d log=%d"
        .formatted(at.index(), at.descriptors(), at.avail(), at.used(), at.flags(), at.log());
  }

  private static String hex(long value) {
    return Long.toHexString(value);
  }

  /** What was told from the first of these requests on. */
  List<String> toldFrom(VhostRequest request) {
    List<String> all = List.copyOf(told);
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).startsWith(request.toString())) {
        return all.subList(i, all.size());
      }
    }
    return List.of();
  }

  /** Sends a request on the back-channel; its reply. */
  long tell(VhostMessage request) throws IOException {
    try (VhostMessage reply = back.ask(request.needingReply(), soon())) {
      return reply.u64();
    }
  }

  private void forget() {
    memory.close();
    memory = MemoryTable.empty();
    for (int i = 0; i < 2; i++) {
      kicks[i] = closed(kicks[i]);
      calls[i] = closed(calls[i]);
      errors[i] = closed(errors[i]);
    }
    if (back != null) {
      back.close();
    }
  }

  private static EventFd closed(EventFd bell) {
    if (bell != null) {
      bell.close();
    }
    return null;
  }

  /** Ends it as a process that dies. */
  @Override
  public void close() throws IOException {
    listener.close();
    VhostChannel open = channel;
    if (open != null) {
      open.close();
    }
    try {
      if (!thread.join(Duration.ofSeconds(20))) {
        throw new IOException("the back-end's thread did not end");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (failure != null) {
      throw new IOException("the back-end failed", failure);
    }
  }

  /** A descriptor to be sent where none belongs. */
  static Fd stray() throws IOException {
    return EventFd.create().fd();
  }
}
