// SPDX-License-Identifier: Apache-2.0
package rpmsg.chardev.internal.kernel;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.service.log.Logger;
import rpmsg.chardev.EndpointChannel;
import rpmsg.chardev.EndpointChannel.Readiness;
import rpmsg.chardev.EndpointDevice;
import rpmsg.core.BufferClaim;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.SendResult;

/**
 * An endpoint over an endpoint node of its own, which goes with it. Its listener runs on a virtual
 * thread that reads the node: unlike a readiness listener it may wait.
 */
final class KernelEndpoint implements RpmsgEndpoint {
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final int MOST_BYTES = 1 << 16;

  private final EndpointDevice device;
  private final EndpointChannel channel;
  private final RpmsgListener listener;
  private final Consumer<EndpointDevice> discard;
  private final Logger log;
  private final Thread reader;
  private final Queue<Runnable> whenWritable = new ConcurrentLinkedQueue<>();
  private volatile boolean closedByOwner;

  private KernelEndpoint(
      EndpointDevice device,
      EndpointChannel channel,
      RpmsgListener listener,
      Consumer<EndpointDevice> discard,
      Logger log) {
    this.device = device;
    this.channel = channel;
    this.listener = listener;
    this.discard = discard;
    this.log = log;
    this.reader = Thread.ofVirtual().name("rpmsg-kernel-" + device.info()).unstarted(this::read);
  }

  /**
   * Begins to call the listener.
   *
   * @param discard destroys a device, now or as soon as that is possible
   */
  static KernelEndpoint start(
      EndpointDevice device,
      EndpointChannel channel,
      RpmsgListener listener,
      Consumer<EndpointDevice> discard,
      Logger log) {
    KernelEndpoint endpoint = new KernelEndpoint(device, channel, listener, discard, log);
    endpoint.reader.start();
    return endpoint;
  }

  private void read() {
    MemorySegment buffer = Arena.ofAuto().allocate(MOST_BYTES);
    try {
      while (channel.isOpen()) {
        tell(buffer.asSlice(0, channel.read(buffer)).toArray(ValueLayout.JAVA_BYTE));
      }
    } catch (IOException ended) {
      end();
    }
    if (!closedByOwner) {
      closed();
    }
  }

  private void tell(byte[] bytes) {
    try {
      listener.onMessage(RpmsgMessage.of(destination(), address(), bytes));
    } catch (Throwable failed) {
      log.warn("the listener of {} failed: {}", device, failed.toString(), failed);
    }
    // An interrupt was meant for the listener, and would close the channel
    Thread.interrupted();
  }

  private void closed() {
    try {
      listener.onClosed(this);
    } catch (Throwable failed) {
      log.warn("the listener of {} failed: {}", device, failed.toString(), failed);
    }
  }

  /** The node goes before it is free for others to open. */
  private void end() {
    discard.accept(device);
    channel.close();
  }

  @Override
  public int address() {
    return channel.address();
  }

  @Override
  public int destination() {
    return device.info().dst();
  }

  @Override
  public int mtu() throws RpmsgException {
    throw new RpmsgException(Errno.ENOTSUPP, "the kernel does not tell the longest message");
  }

  @Override
  public void sendTo(MemorySegment payload, int dst, Duration timeout) throws RpmsgException {
    long start = System.nanoTime();
    while (trySendTo(payload, dst) == SendResult.BACK_PRESSURE) {
      long left = TimeUnit.NANOSECONDS.convert(timeout) - (System.nanoTime() - start);
      if (left <= 0) {
        throw new RpmsgException(Errno.ERESTARTSYS, "timeout waiting for a tx buffer");
      }
      awaitWritable(left);
    }
  }

  private void awaitWritable(long nanos) throws RpmsgException {
    CountDownLatch free = new CountDownLatch(1);
    Runnable wake = free::countDown;
    whenWritable(wake);
    try {
      free.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RpmsgException(Errno.EINTR, "interrupted while waiting for a tx buffer", e);
    } finally {
      whenWritable.remove(wake);
    }
  }

  @Override
  public SendResult trySendTo(MemorySegment payload, int dst) throws RpmsgException {
    checkSend(dst);
    try {
      channel.write(payload, Duration.ZERO);
      return SendResult.SENT;
    } catch (RpmsgException e) {
      if (e.errno() == Errno.EAGAIN) {
        return SendResult.BACK_PRESSURE;
      }
      throw e;
    } catch (IOException closed) {
      throw closedError();
    }
  }

  private void checkSend(int dst) throws RpmsgException {
    if (!isOpen()) {
      throw closedError();
    }
    if (dst == RpmsgAddress.ANY) {
      throw new RpmsgException(Errno.EINVAL, "no destination");
    }
    if (dst != destination()) {
      throw new RpmsgException(
          Errno.ENXIO,
          "%s sends to %s and nowhere else, not to %s"
              .formatted(
                  device.name(), RpmsgAddress.format(destination()), RpmsgAddress.format(dst)));
    }
  }

  private RpmsgException closedError() {
    return new RpmsgException(Errno.EPIPE, "the endpoint is closed");
  }

  @Override
  public BufferClaim claim(int length, int dst, Duration timeout) throws RpmsgException {
    checkSend(dst);
    if (length < 0 || length > MOST_BYTES) {
      throw new RpmsgException(Errno.EMSGSIZE, length + " bytes");
    }
    MemorySegment buffer = Arena.ofAuto().allocate(length);
    return new KernelClaim(buffer, payload -> sendTo(payload, dst, timeout));
  }

  @Override
  public boolean writable() {
    return channel.poll().contains(Readiness.WRITABLE);
  }

  @Override
  public void whenWritable(Runnable action) throws RpmsgException {
    if (!isOpen()) {
      throw closedError();
    }
    whenWritable.add(action);
    channel.onReady(this::ready);
  }

  private void ready(EndpointChannel ready, Set<Readiness> what) {
    if (what.contains(Readiness.WRITABLE) || what.contains(Readiness.ERROR)) {
      for (Runnable action; (action = whenWritable.poll()) != null; ) {
        run(action);
      }
    }
  }

  private void run(Runnable action) {
    try {
      action.run();
    } catch (Throwable failed) {
      log.warn("an action of {} failed: {}", device, failed.toString(), failed);
    }
  }

  @Override
  public void setFlowControl(boolean pause) throws RpmsgException {
    try {
      channel.pauseIncomingFlow(pause);
    } catch (RpmsgException e) {
      throw e;
    } catch (IOException closed) {
      throw closedError();
    }
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  /** The channel has gone: the listener is told, on its own thread. */
  void closeByBus() {
    end();
  }

  @Override
  public void close() {
    closedByOwner = closedByOwner || channel.isOpen();
    end();
    if (Thread.currentThread() != reader) {
      awaitReader();
    }
  }

  private void awaitReader() {
    long start = System.nanoTime();
    boolean interrupted = false;
    Duration left = STOP;
    while (reader.isAlive() && left.isPositive()) {
      try {
        reader.join(left);
      } catch (InterruptedException e) {
        interrupted = true;
      }
      left = STOP.minusNanos(System.nanoTime() - start);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (reader.isAlive()) {
      throw new IllegalStateException("the listener of " + device + " is still running");
    }
  }
}
