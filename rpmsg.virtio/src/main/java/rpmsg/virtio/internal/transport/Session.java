// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.internal.transport;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import rpmsg.core.BufferClaim;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgException;
import rpmsg.core.TransportInfo.State;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.TransportOps;
import rpmsg.virtio.internal.link.Doorbell;
import rpmsg.virtio.internal.link.Link;
import rpmsg.virtio.internal.link.LinkException;
import rpmsg.virtio.internal.link.SharedMoments;
import rpmsg.virtio.internal.wire.RpmsgHeader;
import rpmsg.virtio.ring.VirtqueueException;

/** One link that is up: its rings, its address space and the receive thread's duty cycle. */
final class Session implements TransportOps {
  /** Messages that are taken at once, at most. */
  static final int BATCH = 32;

  private static final int SPINS = 2_000;

  /** Batches after which a busy thread looks whether the link is over. */
  private static final int LOOK = 64;

  /**
   * Messages after which it lets others run: the receivers of other floods, where there are more of
   * these than processors, and one flood would have a whole time slice to itself.
   */
  private static final int TURN = 1_024;

  private static final long AWAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_AWAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1600);

  /** As long at most while somebody waits for a buffer that a peer which polls does not tell of. */
  private static final long AWAITED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final long CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  /** Linux's channel of the control device; the driver of that name binds to it, and no other. */
  private static final ChannelInfo CONTROL = new ChannelInfo("rpmsg_ctrl", 0, 0);

  /** How long a peer's messages wait for the services that it was talking to before. */
  private static final long TAKEOVER_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final VirtioTransport transport;
  private final TransportConfig config;
  private final Link link;
  private final Doorbell doorbell;
  private final Role role;
  private final Counters counters;
  private final Transmitter transmitter;
  private final Side side;
  private final AddressSpace space;
  private final BooleanSupplier usable = this::usable;
  private final Gathering gathering;
  private volatile Thread receiver;
  private volatile Throwable failure;
  private RxBuffer refused;
  private boolean parked;
  private boolean online;
  private int spins;
  private long await = AWAIT_NANOS;
  private int busy;
  private int turn;

  /** Twice as long each time, until a message comes. */
  private long checkAfter = CHECK_NANOS;

  private long nextCheck = System.nanoTime();
  private long nextAnnouncement;

  /** Brings the link up to the point where the name service is missing. */
  Session(VirtioTransport transport, TransportConfig config, Link link)
      throws LinkException, Role.Stopped {
    this.transport = transport;
    this.config = config;
    this.link = link;
    this.doorbell = link.doorbell();
    this.counters = transport.tally();
    role = Role.of(config, link, transport.progress(link));
    role.negotiate();
    RpmsgHeader header = new RpmsgHeader(link.order());
    transmitter =
        new Transmitter(
            header, counters, doorbell, config.alwaysKick(), this::failed, this::isOver);
    side = rings(new SideParts(header, counters, transmitter, this::released));
    gathering = new Gathering(side::arrived);
    space = transport.bus().open(this);
    if (announces()) {
      space.keep(RpmsgAddress.NAME_SERVICE, config.keep());
    }
    link.inUse(true);
  }

  /** A driver whose rings are broken from the start is told to reset. */
  private Side rings(SideParts parts) throws LinkException {
    try {
      return role.rings(parts);
    } catch (VirtqueueException broken) {
      role.takeDown();
      throw broken;
    }
  }

  AddressSpace space() {
    return space;
  }

  /** The duty cycle, until the link is over; returns why. */
  String run() throws LinkException {
    receiver = Thread.currentThread();
    doorbell.lookFor(this::hasNews);
    try {
      transport.gate().space(space);
      for (; ; ) {
        boolean attached = attached();
        if (attached && !online) {
          goOnline();
        }
        int taken = online ? receive() : 0;
        if (taken > 0) {
          active();
        }
        boolean woken = transmitter.wakeWaiters(space);
        letOthersRun(taken);
        if (taken == 0 || ++busy % LOOK == 0) {
          String over = over(attached);
          if (over != null) {
            return over;
          }
        }
        if (taken == 0) {
          transmitter.prepare();
        }
        if (taken == 0 && woken && !side.heldBuffers().anyReleased()) {
          idle();
        }
      }
    } catch (InternalError fault) {
      failure = fault;
      throw link.accessFault(fault);
    }
  }

  private void letOthersRun(int taken) {
    turn += taken;
    if (turn >= TURN) {
      turn = 0;
      Thread.yield();
    }
  }

  private boolean attached() {
    return transport.gate().step(announces());
  }

  private boolean usable() {
    return transport.gate().usable(announces());
  }

  private void goOnline() {
    side.suppressReceive();
    transmitter.start(side, Thread.currentThread());
    role.online();
    if (doorbell.rings() && side.receiveKickNeeded()) {
      ring();
    }
    createControlChannel();
    online = true;
    if (link.resumed()) {
      space.bePatient(TAKEOVER_NANOS);
    }
    nextAnnouncement = System.nanoTime() + config.reannounce().toNanos();
    transport.step("online, mtu " + Math.max(0, side.mtu()));
  }

  /** Not before DRIVER_OK: what a control device makes may send at once. */
  private void createControlChannel() {
    try {
      space.createChannel(CONTROL).setDriverOverride(CONTROL.name());
    } catch (RpmsgException ending) {
      transport.step("no control channel: " + ending.getMessage());
    }
  }

  /** Takes one batch from the ring; returns how many messages. */
  private int receive() {
    recycleReleased();
    int taken = 0;
    boolean before = parked;
    parked = !space.service() || !retryRefused();
    if (!parked && gathering.look()) {
      doorbell.active();
      taken = deliverBatch();
    }
    if (parked && !before) {
      counters.parks++;
    }
    publishReceived();
    return taken;
  }

  private int deliverBatch() {
    int taken = 0;
    space.beginBatch();
    try {
      RxBuffer buffer;
      while (taken < BATCH && !parked && (buffer = side.nextReceived()) != null) {
        taken++;
        counters.received++;
        buffer.delivering();
        deliver(buffer);
      }
    } finally {
      space.endBatch();
    }
    return taken;
  }

  private boolean retryRefused() {
    RxBuffer buffer = refused;
    refused = null;
    return buffer == null || deliver(buffer);
  }

  private boolean deliver(RxBuffer buffer) {
    if (!space.deliver(buffer)) {
      refused = buffer;
      parked = true;
      return false;
    }
    if (buffer.delivered()) {
      side.recycle(buffer);
    }
    return true;
  }

  private void recycleReleased() {
    RxBuffer buffer = side.heldBuffers().takeReleased();
    while (buffer != null) {
      RxBuffer next = buffer.next;
      buffer.next = null;
      side.recycle(buffer);
      buffer = next;
    }
  }

  private void publishReceived() {
    if (side.publishReceived()) {
      counters.receiveBatches++;
      if (doorbell.rings() && (config.alwaysKick() || side.receiveKickNeeded())) {
        ring();
      }
    }
  }

  private void ring() {
    counters.kicks++;
    doorbell.ringFor(1 - side.transmitQueue());
  }

  /** Why the link is over, or null; sets the state that others see. */
  private String over(boolean attached) throws LinkException {
    String over = over();
    if (over == null && link.moving()) {
      transmitter.move(link, role.eventIdx());
    }
    if (over == null) {
      transport.report(state(attached), attached ? "" : transport.gate().reason());
      if (online && attached) {
        transport.readiness().ready(space, usable);
        announceAgain();
      }
    }
    return over;
  }

  private void announceAgain() {
    long period = config.reannounce().toNanos();
    if (period > 0 && announces() && System.nanoTime() - nextAnnouncement >= 0) {
      if (link.resumed()) {
        space.bePatient(TAKEOVER_NANOS);
      }
      nextAnnouncement = System.nanoTime() + period;
      space.announceAgain();
    }
  }

  private String over() throws LinkException {
    if (transport.closing()) {
      return "stopped";
    }
    if (failure instanceof VirtqueueException broken) {
      throw broken;
    }
    if (failure instanceof InternalError fault) {
      throw link.accessFault(fault);
    }
    if (failure != null) {
      return "the link failed: " + failure.getMessage();
    }
    String over = role.over();
    if (over != null) {
      return over;
    }
    if (side.overwritten() && (!online || transmitter.overwritten())) {
      return "the peer laid the rings out anew";
    }
    if (link.urgent() || System.nanoTime() - nextCheck >= 0) {
      link.check();
      nextCheck = System.nanoTime() + checkAfter;
      checkAfter = Math.min(2 * checkAfter, LONGEST_AWAIT_NANOS);
    }
    return null;
  }

  /** For a listener that waits for a buffer; the duty cycle then finds the reason itself. */
  private boolean isOver() {
    try {
      return over() != null;
    } catch (LinkException | VirtqueueException ended) {
      return true;
    }
  }

  private State state(boolean attached) {
    if (parked) {
      return State.PARKED;
    }
    if (attached) {
      return State.READY;
    }
    return online ? State.NO_NAME_SERVICE : State.WAITING;
  }

  private void idle() {
    if (!doorbell.rings()) {
      doorbell.await(transmitter.isAwaited() ? AWAITED_NANOS : LONGEST_AWAIT_NANOS);
    } else if (!parked && spins++ < SPINS) {
      Thread.onSpinWait();
    } else {
      block();
    }
  }

  /**
   * Blocks if nothing has come, longer each time that nothing came. A ring that brings no message,
   * but a free buffer to whoever waits for one, is not worth spinning after it.
   */
  private void block() {
    if (parked || !online || nothingCame()) {
      boolean rung = doorbell.await(SharedMoments.within(await));
      await = rung ? AWAIT_NANOS : Math.min(2 * await, LONGEST_AWAIT_NANOS);
    }
    side.suppressReceive();
  }

  /** Asks for kicks, then looks once more. */
  private boolean nothingCame() {
    return !side.enableReceive() && doorbell.fenceForPeer() && side.arrived() == 0;
  }

  private void active() {
    spins = 0;
    await = AWAIT_NANOS;
    checkAfter = CHECK_NANOS;
  }

  /** Whether the duty cycle would find something in the memory. */
  private boolean hasNews() {
    return role.over() != null || side.overwritten() || online && !parked && side.hasReceived();
  }

  /** The link is over: nothing is sent or touched from here on. */
  void end(boolean memoryIntact) {
    doorbell.lookFor(null);
    transmitter.stop();
    transport.readiness().withdraw();
    space.close();
    transport.gate().space(null);
    try {
      if (memoryIntact && !(failure instanceof InternalError)) {
        leave();
      }
    } finally {
      link.inUse(false);
    }
  }

  private void leave() {
    try {
      role.takeDown();
      if (link.negotiated()) {
        side.settle(refused);
      }
    } catch (InternalError fault) {
      transport.step(link.accessFault(fault).getMessage());
    }
  }

  /** A buffer waits for being put back; the receive thread looks for such before it sleeps. */
  private void released() {
    if (Thread.currentThread() != receiver) {
      wake();
    }
  }

  private void failed(Throwable cause) {
    failure = cause;
    doorbell.wake();
  }

  // TransportOps

  @Override
  public String name() {
    return config.name();
  }

  @Override
  public ByteOrder order() {
    return link.order();
  }

  @Override
  public boolean announces() {
    return (role.features() & Status.F_NS) != 0;
  }

  @Override
  public int mtu() throws RpmsgException {
    int mtu = side.mtu();
    if (mtu < 0) {
      throw new RpmsgException(Errno.ENOTSUPP, name() + ": the driver has posted no buffer yet");
    }
    return mtu;
  }

  @Override
  public boolean send(int src, int dst, MemorySegment payload, long timeoutNanos)
      throws RpmsgException {
    return transmitter.send(src, dst, payload, timeoutNanos);
  }

  @Override
  public BufferClaim claim(int src, int dst, int length, long timeoutNanos) throws RpmsgException {
    return transmitter.claim(src, dst, length, timeoutNanos);
  }

  @Override
  public boolean writable() {
    return transmitter.writable();
  }

  @Override
  public void whenWritable(Runnable action) throws RpmsgException {
    transmitter.whenWritable(action);
  }

  @Override
  public void wake() {
    doorbell.wake();
  }

  void dump(Appendable out) throws IOException {
    out.append("  status   %s%n".formatted(Status.words(link.config().status())));
    out.append("  features %s%n".formatted(Status.featureWords(role.features())));
    side.dump(out);
    out.append("  kept announcements %d of %d%n".formatted(space.kept(), config.keep()));
  }
}
