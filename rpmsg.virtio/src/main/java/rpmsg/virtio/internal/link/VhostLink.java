// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.link;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import rpmsg.syscall.ErrnoException;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.link.LinkException.Kind;
import rpmsg.virtio.internal.vhost.MemoryTable;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;

/**
 * The device's end of vhost-user: a back-end for one front-end at a time, one after the other.
 *
 * <p>A request that would pull away what a session uses waits, and all that come after it: the
 * status loses DRIVER_OK, and when the session has let go ({@link #inUse}) the request is answered.
 * New memory under running rings waits for {@link #move}.
 *
 * <p>There is no message that says DRIVER_OK: {@link VhostState#update} says what stands for it.
 */
final class VhostLink implements Link {

  private static final int BATCH = 64;
  private static final long REPLY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final VhostEntrance entrance;
  private final VhostRequests requests;
  private final VhostDoorbell doorbell;
  private final VhostConfigSpace config;
  private volatile VhostChannel channel;
  private volatile VhostState state;
  private volatile VhostMessage kept;
  private volatile LinkException failure;

  /** Of {@link #move}, to be sent when rings and buffers were found in the new memory. */
  private VhostMessage moved;

  private boolean inUse;
  private volatile boolean closed;

  private VhostLink(VhostEntrance entrance, LinkOptions options) throws ErrnoException {
    this.entrance = entrance;
    requests = new VhostRequests(options);
    doorbell = new VhostDoorbell();
    config = new VhostConfigSpace(this, requests);
    state = new VhostState();
    doorbell.serve(state);
    doorbell.watch(entrance.fd());
  }

  /**
   * Listens or connects.
   *
   * @throws LinkException as {@link VhostEntrance#open}
   */
  static VhostLink open(Path socket, LinkOptions options) throws LinkException {
    VhostEntrance entrance = VhostEntrance.open(socket, options.vhost().connect());
    try {
      VhostLink link = new VhostLink(entrance, options);
      link.doorbell.news(true);
      return link;
    } catch (ErrnoException e) {
      entrance.close();
      throw new LinkException(Kind.IO, entrance + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String description() {
    return entrance + (channel == null && entrance.fd() != null ? ", listening" : ", connected");
  }

  @Override
  public DeviceMemory memory() {
    if (closed) {
      throw new IllegalStateException(entrance + " is closed");
    }
    return new VhostMemory(state.memory());
  }

  @Override
  public ByteOrder order() {
    return state.order();
  }

  @Override
  public DeviceConfig config() {
    return config;
  }

  @Override
  public VirtqueueConfig ring(int index, boolean eventIdx) throws LinkException {
    try {
      return state.ring(index, eventIdx);
    } catch (LinkException bad) {
      throw fail(bad);
    }
  }

  @Override
  public DeviceVirtqueue device(int index, boolean eventIdx) throws LinkException {
    try {
      return state.device(index, eventIdx);
    } catch (LinkException bad) {
      throw fail(bad);
    }
  }

  /** The driver's buffers are where the front-end says: there is no room of ours. */
  @Override
  public Pool pool() {
    return new Pool(0, 0);
  }

  @Override
  public Doorbell doorbell() {
    return doorbell;
  }

  @Override
  public boolean negotiated() {
    return true;
  }

  @Override
  public boolean resumed() {
    return state.resumed();
  }

  @Override
  public boolean urgent() {
    return doorbell.news();
  }

  /** Reads and answers what the front-end has sent, at most {@value #BATCH} messages. */
  @Override
  public void check() throws LinkException {
    doorbell.news(false);
    if (failure != null) {
      LinkException why = failure;
      failure = inUse ? why : null;
      refresh();
      throw why;
    }
    try {
      accept();
      sendMoved();
      read();
      state.update();
      doorbell.calls().sendOwed();
    } catch (LinkException e) {
      throw fail(e);
    } catch (VhostException e) {
      throw fail(e);
    } catch (InternalError e) {
      throw accessFault(e);
    } finally {
      refresh();
    }
  }

  private void accept() throws LinkException {
    if (channel != null) {
      return;
    }
    UnixSocket socket = entrance.next();
    if (socket != null) {
      channel = VhostChannel.backend(socket);
      state = new VhostState();
      doorbell.serve(state);
    }
  }

  private void sendMoved() throws VhostException {
    VhostMessage reply = moved;
    moved = null;
    send(reply);
  }

  private void read() throws LinkException, VhostException {
    for (int i = 0; channel != null && kept == null; i++) {
      if (i == BATCH) {
        doorbell.news(true);
        return;
      }
      VhostMessage message = channel.tryReceive();
      if (message == null) {
        return;
      }
      if (inUse && (VhostRequests.moves(message) || VhostRequests.disturbs(state, message))) {
        keep(message);
      } else {
        answer(message);
      }
    }
  }

  private void keep(VhostMessage message) throws LinkException {
    try {
      VhostRequests.checkNegotiated(state, message.request());
      kept = message;
    } catch (LinkException e) {
      refuse(message, e);
      message.close();
      throw e;
    }
  }

  private void answer(VhostMessage message) throws LinkException, VhostException {
    try (message) {
      VhostMessage reply = requests.handle(state, message);
      state.update();
      send(reply);
    } catch (LinkException | VhostException e) {
      refuse(message, e);
      throw e;
    }
  }

  private void refuse(VhostMessage message, Exception why) {
    try {
      send(VhostRequests.acknowledgement(state, message, 1));
    } catch (VhostException goneMeanwhile) {
      why.addSuppressed(goneMeanwhile);
    }
  }

  private void send(VhostMessage reply) throws VhostException {
    if (reply != null) {
      try (reply) {
        channel.send(reply, System.nanoTime() + REPLY_NANOS);
      }
    }
  }

  /** What the doorbell waits for, and what it says. While a request waits, no others are read. */
  private void refresh() {
    if (kept != null || failure != null) {
      doorbell.watch(null);
    } else {
      doorbell.watch(channel == null ? entrance.fd() : channel.fd());
    }
    doorbell.connected(!ending() && state.isUp());
  }

  /** Whether the session has to end. */
  private boolean ending() {
    return failure != null || kept != null && !moving();
  }

  int status() {
    return ending() ? 0 : state.status();
  }

  /** The transport says that the device needs a reset: the rings are of no use any more. */
  void needsReset() {
    state.giveUp();
    if (state.has(VhostFeature.STATUS)) {
      doorbell.calls().configChanged();
    }
    refresh();
  }

  long driverFeatures() {
    return state.features();
  }

  @Override
  public void inUse(boolean value) {
    inUse = value;
    if (value) {
      doorbell.ring();
      return;
    }
    for (VhostQueue queue : state.queues()) {
      queue.leave();
    }
    if (failure != null) {
      failure = null;
      drop();
    } else if (kept != null) {
      answerKept();
    }
    doorbell.news(true);
    refresh();
  }

  private void answerKept() {
    VhostMessage message = kept;
    kept = null;
    try {
      answer(message);
    } catch (LinkException e) {
      failure = fail(e);
    } catch (VhostException e) {
      failure = fail(e);
    } catch (InternalError e) {
      failure = accessFault(e);
    }
  }

  @Override
  public boolean moving() {
    VhostMessage message = kept;
    return failure == null && message != null && VhostRequests.moves(message);
  }

  @Override
  public void move() throws LinkException {
    try (VhostMessage message = kept) {
      kept = null;
      take(message);
    } catch (LinkException e) {
      throw fail(e);
    } catch (VhostException e) {
      throw fail(e);
    } finally {
      doorbell.news(true);
      refresh();
    }
  }

  private void take(VhostMessage message) throws LinkException, VhostException {
    try {
      MemoryTable table = VhostRequests.memory(state, message);
      try {
        for (VhostQueue queue : state.queues()) {
          queue.ring(table, state.order(), state.eventIdx());
        }
      } catch (LinkException e) {
        table.close();
        throw e;
      }
      state.memory(table);
      moved = VhostRequests.acknowledgement(state, message, 0);
    } catch (LinkException | VhostException e) {
      refuse(message, e);
      throw e;
    }
  }

  @Override
  public LinkException accessFault(InternalError error) {
    return fail(new LinkException(Kind.BAD_PEER, "the front-end has cut its memory short", error));
  }

  private LinkException fail(VhostException e) {
    Kind kind = e.kind() == VhostException.Kind.CLOSED ? Kind.PEER_CLOSED : Kind.BAD_PEER;
    return fail(new LinkException(kind, e.getMessage(), e));
  }

  /** The connection is of no use any more; it goes when no session uses what came over it. */
  private LinkException fail(LinkException e) {
    LinkException named =
        e == failure ? e : new LinkException(e.kind(), entrance + ": " + e.getMessage(), e);
    if (inUse) {
      failure = named;
    } else {
      drop();
    }
    refresh();
    return named;
  }

  private void drop() {
    moved = null;
    VhostMessage message = kept;
    kept = null;
    if (message != null) {
      message.close();
    }
    if (channel != null) {
      channel.close();
      channel = null;
    }
    state.close();
    state = new VhostState();
    doorbell.serve(state);
  }

  @Override
  public void dump(Appendable out) throws IOException {
    out.append(
        "  offers   features 0x%x, protocol %s%n"
            .formatted(requests.features(), requests.protocolWords()));
    state.dump(out);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      doorbell.close();
      drop();
      entrance.close();
    }
  }

  @Override
  public String toString() {
    return description();
  }
}
