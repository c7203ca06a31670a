// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import rpmsg.syscall.Fd;
import rpmsg.syscall.UnixListener;
import rpmsg.syscall.UnixSocket;
import rpmsg.virtio.internal.vhost.MemoryRegion;
import rpmsg.virtio.internal.vhost.VhostChannel;
import rpmsg.virtio.internal.vhost.VhostException;
import rpmsg.virtio.internal.vhost.VhostInflight;
import rpmsg.virtio.internal.vhost.VhostMessage;
import rpmsg.virtio.internal.vhost.VhostRequest;
import rpmsg.virtio.internal.vhost.VringState;

/**
 * A vhost-user front-end with the words of UML and of QEMU, for one connection. Every request is
 * answered or acknowledged before the next one, unless said otherwise.
 */
public final class TestFrontend implements AutoCloseable {
  public static final long NS = 1;
  public static final long VERSION_1 = 1L << 32;
  public static final long PROTOCOL_FEATURES = 1L << 30;
  public static final long OFFERED = NS | VERSION_1 | PROTOCOL_FEATURES;
  public static final long BASIC = 0x28;

  public final TestGuest guest;
  public final VhostChannel channel;

  /** The front-end's end of the back-channel, once there is one. */
  public VhostChannel backChannel;

  /** What is negotiated of what is offered. */
  public long wanted = BASIC;

  /** The features that the driver accepts. */
  public long features = OFFERED;

  /** From where the device is to go on with each queue. */
  public int[] bases = new int[2];

  private TestFrontend(TestGuest guest, UnixSocket socket) {
    this.guest = guest;
    channel = VhostChannel.frontend(socket);
  }

  public static TestFrontend over(TestGuest guest, UnixSocket socket) {
    return new TestFrontend(guest, socket);
  }

  /** Connects to a device that listens, waiting until it does. */
  public static TestFrontend connect(TestGuest guest, Path socket) {
    List<UnixSocket> connected = new ArrayList<>();
    TestNode.await(
        "somebody listens at " + socket,
        () -> {
          try {
            return connected.add(UnixSocket.connect(socket));
          } catch (IOException notYet) {
            return false;
          }
        });
    return new TestFrontend(guest, connected.getFirst());
  }

  /** Waits until a device connects. */
  public static TestFrontend accept(TestGuest guest, UnixListener listener) {
    List<UnixSocket> connected = new ArrayList<>();
    TestNode.await(
        "somebody connects",
        () -> {
          try {
            connected.add(listener.tryAccept());
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          connected.removeAll(Collections.singleton(null));
          return !connected.isEmpty();
        });
    return new TestFrontend(guest, connected.getFirst());
  }

  private static long deadline() {
    return System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
  }

  /** A request with an answer of its own, which is a number. */
  public long ask(VhostRequest request) throws VhostException {
    try (VhostMessage reply = reply(VhostMessage.of(request))) {
      return reply.u64();
    }
  }

  public VhostMessage reply(VhostMessage message) throws VhostException {
    return channel.ask(message, deadline());
  }

  /** A request that is acknowledged; fails if the answer is not 0. */
  public void command(VhostMessage message) throws IOException {
    try (VhostMessage reply = reply(message.needingReply())) {
      if (reply.u64() != 0) {
        throw new IOException(message + " was refused");
      }
    }
  }

  /** A request that nobody answers. */
  public void tell(VhostMessage message) throws VhostException {
    channel.send(message, deadline());
  }

  public void state(VhostRequest request, int queue, int num) throws IOException {
    command(VhostMessage.of(request, new VringState(queue, num)));
  }

  public int vringBase(int queue) throws VhostException {
    VringState asked = new VringState(queue, 0);
    try (VhostMessage reply = reply(VhostMessage.of(VhostRequest.GET_VRING_BASE, asked))) {
      if (reply.state().index() != queue) {
        throw new AssertionError("the base of vring " + reply.state().index());
      }
      return reply.state().num();
    }
  }

  /** As far as both front-ends come before a driver binds. */
  public TestFrontend hello() throws IOException {
    tell(VhostMessage.of(VhostRequest.SET_OWNER));
    expect(OFFERED, ask(VhostRequest.GET_FEATURES) & OFFERED);
    expect(wanted, ask(VhostRequest.GET_PROTOCOL_FEATURES) & wanted);
    tell(VhostMessage.of(VhostRequest.SET_PROTOCOL_FEATURES, wanted));
    if ((wanted & 1 << 5) != 0) {
      UnixSocket.Pair pair = UnixSocket.pair();
      try (Fd theirs = pair.theirs()) {
        command(VhostMessage.of(VhostRequest.SET_BACKEND_REQ_FD, theirs));
      }
      backChannel = VhostChannel.frontendReplies(pair.ours());
    }
    return this;
  }

  private static void expect(long expected, long actual) {
    if (expected != actual) {
      throw new AssertionError(
          "expected 0x" + Long.toHexString(expected) + ", came 0x" + Long.toHexString(actual));
    }
  }

  public void memory(MemoryRegion... regions) throws IOException {
    command(
        VhostMessage.memTable(List.of(regions), Collections.nCopies(regions.length, guest.memfd)));
  }

  public void tellMemory(MemoryRegion region) throws VhostException {
    tell(VhostMessage.memTable(List.of(region), List.of(guest.memfd)));
  }

  /** The messages of one queue for a back-end that acknowledges nothing. */
  public void tellRing(int queue) throws VhostException {
    tell(VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, queue, guest.callEnds.get(queue)));
    tell(VhostMessage.of(VhostRequest.SET_VRING_NUM, new VringState(queue, TestGuest.NUM)));
    tell(VhostMessage.of(VhostRequest.SET_VRING_BASE, new VringState(queue, bases[queue])));
    tell(VhostMessage.of(TestGuest.address(queue)));
    tell(VhostMessage.vringFd(VhostRequest.SET_VRING_KICK, queue, guest.kicks[queue].fd()));
    expect(OFFERED, ask(VhostRequest.GET_FEATURES) & OFFERED);
  }

  /** What UML says when its driver binds: one queue after the other, enabled at once. */
  public TestFrontend uml() throws IOException {
    hello();
    umlBinds();
    return this;
  }

  public void umlBinds() throws IOException {
    command(VhostMessage.of(VhostRequest.SET_FEATURES, features));
    memory(TestGuest.region());
    inflight();
    for (int queue = 0; queue < 2; queue++) {
      ring(queue);
      state(VhostRequest.SET_VRING_ENABLE, queue, 1);
    }
  }

  /** Asks for an in-flight area, which the guest keeps and each device gets. */
  public void newInflightArea() throws IOException {
    VhostInflight asked = new VhostInflight(0, 0, 2, TestGuest.NUM);
    try (VhostMessage reply = reply(VhostMessage.of(VhostRequest.GET_INFLIGHT_FD, asked))) {
      guest.inflight = reply.inflight();
      guest.inflightMemory = reply.takeFd();
    }
  }

  private void inflight() throws IOException {
    if (guest.inflight != null) {
      command(VhostMessage.of(VhostRequest.SET_INFLIGHT_FD, guest.inflight, guest.inflightMemory));
    }
  }

  /** The messages of one queue, short of enabling it. */
  public void ring(int queue) throws IOException {
    boolean inband = (wanted & 1 << 14) != 0;
    command(
        VhostMessage.vringFd(
            VhostRequest.SET_VRING_CALL, queue, inband ? null : guest.callEnds.get(queue)));
    state(VhostRequest.SET_VRING_NUM, queue, TestGuest.NUM);
    state(VhostRequest.SET_VRING_BASE, queue, bases[queue]);
    command(VhostMessage.of(TestGuest.address(queue)));
    command(
        VhostMessage.vringFd(
            VhostRequest.SET_VRING_KICK, queue, inband ? null : guest.kicks[queue].fd()));
  }

  /**
   * What QEMU says: errors, calls more than once, a kick of its own before the rings are enabled,
   * and both enabled at the end.
   */
  public TestFrontend qemu() throws IOException {
    hello();
    qemuStarts();
    return this;
  }

  public void qemuStarts() throws IOException {
    for (int queue = 0; queue < 2; queue++) {
      tell(VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, queue, guest.callEnds.get(queue)));
      tell(VhostMessage.vringFd(VhostRequest.SET_VRING_ERR, queue, guest.callEnds.get(queue)));
    }
    tell(VhostMessage.of(VhostRequest.SET_FEATURES, features));
    memory(TestGuest.region());
    inflight();
    for (int queue = 0; queue < 2; queue++) {
      ring(queue);
      guest.kicks[queue].signal();
      tell(VhostMessage.vringFd(VhostRequest.SET_VRING_CALL, queue, guest.callEnds.get(queue)));
    }
    for (int queue = 0; queue < 2; queue++) {
      state(VhostRequest.SET_VRING_ENABLE, queue, 1);
    }
  }

  /** What QEMU says when the device stops: disabled, and where each queue is. */
  public int[] qemuStops() throws IOException {
    for (int queue = 0; queue < 2; queue++) {
      state(VhostRequest.SET_VRING_ENABLE, queue, 0);
    }
    return new int[] {vringBase(0), vringBase(1)};
  }

  @Override
  public void close() {
    channel.close();
    if (backChannel != null) {
      backChannel.close();
    }
  }
}
