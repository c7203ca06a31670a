// SPDX-License-Identifier: Apache-2.0
package rpmsg.core.internal;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import rpmsg.core.ChannelInfo;
import rpmsg.core.Errno;
import rpmsg.core.RefusingListener;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.spi.AddressSpace;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.core.spi.Receiver;
import rpmsg.core.spi.TransportOps;

/** One link's endpoints, channels and control queue. */
final class Space implements AddressSpace {
  private static final long ANNOUNCE_TIMEOUT = TimeUnit.SECONDS.toNanos(1);
  private static final Duration QUEUE_END = Duration.ofSeconds(1);
  private static final int WARN_EVERY = 1000;

  private final Bus bus;
  private final TransportOps ops;
  private final Log log;
  private final EndpointTable table = new EndpointTable();
  private final AddressAllocator addresses = new AddressAllocator();
  private final ControlQueue control;
  private final Callbacks callbacks = new Callbacks();
  private final Inbox inbox;
  private final Channels channels;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong listenerFailures = new AtomicLong();
  private volatile long farewellsEnd;

  Space(Bus bus, TransportOps ops, Log log) {
    this.bus = bus;
    this.ops = ops;
    this.log = log;
    control = new ControlQueue("rpmsg-" + ops.name() + "-control", ops::wake, log);
    inbox = new Inbox(ops.name(), table, callbacks, log);
    channels = new Channels(this, bus, control, log);
  }

  // Receiving

  @Override
  public boolean deliver(RpmsgMessage message) {
    return inbox.deliver(message);
  }

  @Override
  public void beginBatch() {
    inbox.beginBatch();
  }

  @Override
  public void endBatch() {
    inbox.endBatch();
  }

  @Override
  public boolean service() {
    return inbox.service();
  }

  @Override
  public void keep(int address, int limit) {
    inbox.keep(address, limit);
  }

  @Override
  public void bePatient(long nanos) {
    inbox.bePatient(nanos);
  }

  @Override
  public int kept() {
    return inbox.kept();
  }

  void listenerFailed(Endpoint endpoint, Throwable failure) {
    if (listenerFailures.getAndIncrement() % WARN_EVERY == 0) {
      log.warn("listener of " + endpoint + " failed", failure);
    }
  }

  // Endpoints

  @Override
  public RpmsgEndpoint createEndpoint(int src, RpmsgListener listener) throws RpmsgException {
    return newEndpoint(src, RpmsgAddress.ANY, listener);
  }

  @Override
  public RpmsgEndpoint bind(int address, Receiver receiver) throws RpmsgException {
    RpmsgListener silent = message -> {};
    Endpoint endpoint = newEndpoint(address, RpmsgAddress.ANY, receiver, silent);
    ops.wake();
    return endpoint;
  }

  @Override
  public boolean bound(int address) {
    return table.get(address) != null;
  }

  @Override
  public RpmsgEndpoint announce(String name, int src, RpmsgListener listener)
      throws RpmsgException {
    String checked = new ChannelInfo(name, src, RpmsgAddress.ANY).name();
    if (!announces()) {
      throw new RpmsgException(Errno.EOPNOTSUPP, name() + ": the peer has no name service");
    }
    Endpoint endpoint = newEndpoint(src, RpmsgAddress.ANY, listener);
    try {
      announce(endpoint, checked);
    } catch (RpmsgException | RuntimeException failed) {
      endpoint.close();
      throw failed;
    }
    return endpoint;
  }

  Endpoint newEndpoint(int src, int dst, RpmsgListener listener) throws RpmsgException {
    return newEndpoint(src, dst, receiver(listener), listener);
  }

  private static Receiver receiver(RpmsgListener listener) {
    if (listener instanceof RefusingListener refusing) {
      return refusing::offer;
    }
    return null;
  }

  private Endpoint newEndpoint(int src, int dst, Receiver receiver, RpmsgListener listener)
      throws RpmsgException {
    Endpoint endpoint;
    synchronized (table) {
      checkOpen();
      endpoint = new Endpoint(this, addresses.take(src), dst, receiver, listener);
      table.add(endpoint);
    }
    if (inbox.isPatient()) {
      ops.wake();
    }
    return endpoint;
  }

  /** Takes the endpoint out of the table; true for the first time. */
  boolean remove(Endpoint endpoint) {
    synchronized (table) {
      boolean first = endpoint.markClosed();
      if (first) {
        table.remove(endpoint);
        addresses.free(endpoint.address());
      }
      return first;
    }
  }

  // Announcing

  /** Tells the peer of an endpoint; from now on it is told when the endpoint goes. */
  void announce(Endpoint endpoint, String name) throws RpmsgException {
    sendAnnouncement(endpoint, name, false, ANNOUNCE_TIMEOUT);
    endpoint.announcedAs(name);
    if (!endpoint.isOpen()) {
      endpoint.withdraw();
    }
  }

  /** Tells the peer that an endpoint goes, if it takes that. */
  void farewell(Endpoint endpoint, String name) {
    try {
      sendAnnouncement(endpoint, name, true, farewellTimeout());
    } catch (RpmsgException | RuntimeException gone) {
      log.info(name() + ": the peer was not told that " + name + " went: " + gone.getMessage());
    }
  }

  /** A peer that takes nothing delays the end of a space by one timeout, not by one for each. */
  private long farewellTimeout() {
    return isOpen()
        ? ANNOUNCE_TIMEOUT
        : Math.clamp(farewellsEnd - System.nanoTime(), 0, ANNOUNCE_TIMEOUT);
  }

  @Override
  public void announceAgain() {
    execute(() -> {
      try {
        for (Endpoint endpoint : table.all()) {
          endpoint.announceAgain();
        }
      } catch (RpmsgException full) {
        log.info(name() + ": not announced again: " + full.getMessage());
      }
    });
  }

  void sendAnnouncement(Endpoint endpoint, String name, boolean destroy, long timeout)
      throws RpmsgException {
    byte[] bytes = new NameServiceMessage(name, endpoint.address(), destroy).encode(order());
    MemorySegment payload = MemorySegment.ofArray(bytes);
    if (!ops.send(endpoint.address(), RpmsgAddress.NAME_SERVICE, payload, timeout)) {
      throw new RpmsgException(Errno.ERESTARTSYS, "timeout waiting for a tx buffer to announce");
    }
  }

  // Channels

  @Override
  public RpmsgChannel createChannel(ChannelInfo info) throws RpmsgException {
    return channels.create(info);
  }

  @Override
  public void createAnnounced(ChannelInfo info) throws RpmsgException {
    channels.createAnnounced(info);
  }

  @Override
  public void releaseChannel(ChannelInfo query) throws RpmsgException {
    channels.release(query);
  }

  @Override
  public void releaseAnnounced(ChannelInfo query) throws RpmsgException {
    channels.releaseAnnounced(query);
  }

  @Override
  public int announced() {
    return channels.announced();
  }

  void match(Channel channel) {
    channels.match(channel);
  }

  void matchAll() {
    channels.matchAll();
  }

  List<Channel> unbound() {
    return channels.unbound();
  }

  void unbind(DriverEntry driver) {
    if (!channels.unbind(driver) && isOpen()) {
      log.warn(name() + ": driver " + driver.name() + " was not unbound in time", null);
    }
  }

  // The rest

  @Override
  public boolean execute(Runnable task) {
    return control.offer(task);
  }

  /** Runs something of a user's in its turn on the control queue. */
  void later(Runnable task) {
    control.execute(task);
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      Uninterrupted.await(nanos -> closed.await(nanos, TimeUnit.NANOSECONDS), closeBound());
      return;
    }
    farewellsEnd = System.nanoTime() + ANNOUNCE_TIMEOUT;
    if (!control.executeAndWait(this::removeAll, closeBound())) {
      log.warn(name() + ": channels were not removed in time", null);
    }
    control.close(QUEUE_END);
    bus.closed(this);
    closed.countDown();
  }

  private void removeAll() {
    channels.removeAll();
    List<Endpoint> rest;
    synchronized (table) {
      // Whoever creates one after this sees that the space is closing
      rest = table.all();
    }
    for (Endpoint endpoint : rest) {
      endpoint.withdraw();
      endpoint.closeByBus();
    }
  }

  /** False if a callback of an endpoint that is closed still runs after the bound. */
  boolean awaitCallback(Endpoint closed) {
    return callbacks.awaitEnd(closed, closeBound());
  }

  Duration closeBound() {
    return bus.closeBound();
  }

  void checkOpen() throws RpmsgException {
    if (closing.get()) {
      throw new RpmsgException(Errno.ENODEV, name() + ": the link is gone");
    }
  }

  int sendLimit() throws RpmsgException {
    try {
      return ops.mtu();
    } catch (RpmsgException unknown) {
      if (unknown.errno() == Errno.ENOTSUPP) {
        return Integer.MAX_VALUE;
      }
      throw unknown;
    }
  }

  @Override
  public Map<String, Long> counters() {
    Map<String, Long> counters = new LinkedHashMap<>();
    inbox.countInto(counters);
    counters.put("listenerFailures", listenerFailures.get());
    return counters;
  }

  @Override
  public Collection<RpmsgChannel> channels() {
    return channels.all();
  }

  @Override
  public Collection<RpmsgEndpoint> endpoints() {
    return new ArrayList<>(table.all());
  }

  @Override
  public String name() {
    return ops.name();
  }

  @Override
  public int mtu() throws RpmsgException {
    return ops.mtu();
  }

  @Override
  public ByteOrder order() {
    return ops.order();
  }

  @Override
  public boolean announces() {
    return ops.announces();
  }

  @Override
  public boolean isOpen() {
    return !closing.get();
  }

  TransportOps ops() {
    return ops;
  }

  Log log() {
    return log;
  }
}
