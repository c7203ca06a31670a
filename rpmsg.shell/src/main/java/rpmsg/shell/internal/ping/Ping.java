// SPDX-License-Identifier: Apache-2.0
package rpmsg.shell.internal.ping;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import rpmsg.core.RpmsgAddress;
import rpmsg.core.RpmsgChannel;
import rpmsg.core.RpmsgEndpoint;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;
import rpmsg.core.RpmsgMessage;
import rpmsg.core.SendResult;

/**
 * Sends messages to an echo one at a time and checks what comes back; for one run.
 *
 * <p>Each echo is checked and the next message sent on the transport's receive thread, so that no
 * change of thread is part of the round-trip time. The thread that calls {@link #run} only watches
 * that each echo comes in time. Nothing is allocated per message.
 */
public final class Ping implements RpmsgListener {
  /** How long one echo may take. */
  static final Duration BOUND = Duration.ofSeconds(5);

  private final String name;
  private final int count;
  private final byte[] out;
  private final byte[] in;
  private final MemorySegment outgoing;
  private final MemorySegment incoming;
  private final long[] roundTrips;
  private final long bound;
  private final Runnable transmit = this::transmit;

  private volatile RpmsgEndpoint endpoint;
  private volatile Thread watcher;
  private volatile boolean done;
  private volatile String trouble;
  private volatile long sentAt;
  private volatile int sent;
  private volatile int received;
  private volatile int bad;

  /**
   * A ping of {@code count} messages with {@code size} bytes.
   *
   * @param name what the report calls it
   */
  public Ping(String name, int count, int size) {
    this(name, count, size, BOUND);
  }

  Ping(String name, int count, int size, Duration bound) {
    this.name = name;
    this.count = count;
    this.out = pattern(size);
    this.in = new byte[size];
    this.outgoing = MemorySegment.ofArray(out);
    this.incoming = MemorySegment.ofArray(in);
    this.roundTrips = new long[count];
    this.bound = bound.toNanos();
  }

  private static byte[] pattern(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31 + 7);
    }
    return bytes;
  }

  /** Sends to the channel's remote address and returns when all echoes came or one did not. */
  public PingReport run(RpmsgChannel channel) throws InterruptedException {
    watcher = Thread.currentThread();
    try (RpmsgEndpoint opened = channel.createEndpoint(RpmsgAddress.ANY, this)) {
      if (out.length > opened.mtu()) {
        String tooLong = out.length + " bytes are more than the MTU of " + opened.mtu();
        return PingReport.failed(name, count, tooLong);
      }
      endpoint = opened;
      sendNext();
      watch();
    } catch (RpmsgException e) {
      return PingReport.failed(name, count, e.getMessage());
    }
    return PingReport.of(name, count, sent, received, bad, roundTrips, trouble);
  }

  private void watch() throws InterruptedException {
    while (!done) {
      long left = sentAt + bound - System.nanoTime();
      if (left <= 0) {
        finish("no echo of message " + sent + " within " + bound / 1_000_000 + " ms");
      } else {
        LockSupport.parkNanos(this, left);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("ping " + name);
      }
    }
  }

  private void sendNext() {
    int number = sent;
    for (int i = 0; i < Math.min(Integer.BYTES, out.length); i++) {
      out[i] = (byte) (number >>> (i * Byte.SIZE));
    }
    sent = number + 1;
    transmit();
  }

  private void transmit() {
    sentAt = System.nanoTime();
    try {
      if (endpoint.trySend(outgoing) == SendResult.BACK_PRESSURE) {
        endpoint.whenWritable(transmit);
      }
    } catch (RpmsgException e) {
      sent = sent - 1;
      finish(e.getMessage());
    }
  }

  @Override
  public void onMessage(RpmsgMessage message) {
    long now = System.nanoTime();
    int number = received;
    if (done || number >= sent) {
      bad++;
      return;
    }
    roundTrips[number] = now - sentAt;
    if (!isEcho(message)) {
      bad++;
    }
    received = number + 1;
    if (number + 1 == count) {
      finish(null);
    } else {
      sendNext();
    }
  }

  private boolean isEcho(RpmsgMessage message) {
    if (message.length() != in.length) {
      return false;
    }
    message.copyTo(incoming, 0);
    return Arrays.equals(in, out);
  }

  private void finish(String reason) {
    trouble = reason;
    done = true;
    LockSupport.unpark(watcher);
  }

  @Override
  public void onClosed(RpmsgEndpoint closed) {
    if (!done) {
      finish("the channel went away");
    }
  }
}
