// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import rpmsg.core.Errno;
import rpmsg.core.RpmsgException;
import rpmsg.core.RpmsgListener;

/** Two bare rings in a file, and a thread that polls one of them. */
final class BareCarrier implements Carrier {
  private static final int SPINS = 10_000;
  private static final long FULL_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Arena arena = Arena.ofShared();
  private final MemorySegment out;
  private final MemorySegment in;

  BareCarrier(Path file, int index) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, 2L * BareRing.BYTES, arena);
      out = memory.asSlice(index * (long) BareRing.BYTES, BareRing.BYTES);
      in = memory.asSlice((1 - index) * (long) BareRing.BYTES, BareRing.BYTES);
    }
  }

  @Override
  public Pipe open(RpmsgListener listener) {
    return new RingPipe(BareRing.producer(out), new Poller(BareRing.consumer(in), listener));
  }

  @Override
  public Pipe openToSend() {
    return new RingPipe(BareRing.producer(out), null);
  }

  @Override
  public void close() {
    arena.close();
  }

  private record RingPipe(BareRing ring, Poller poller) implements Pipe {
    @Override
    public void send(MemorySegment payload) throws RpmsgException {
      if (!ring.offer(payload)) {
        offerAgain(payload);
      }
    }

    private void offerAgain(MemorySegment payload) throws RpmsgException {
      long end = System.nanoTime() + FULL_NANOS;
      while (System.nanoTime() - end < 0) {
        for (int i = 0; i < SPINS; i++) {
          if (ring.offer(payload)) {
            return;
          }
          Thread.onSpinWait();
        }
      }
      throw new RpmsgException(Errno.ERESTARTSYS, "the other process takes nothing");
    }

    @Override
    public void close() {
      if (poller != null) {
        poller.close();
      }
    }
  }

  private static final class Poller {
    private final BareRing ring;
    private final RpmsgListener listener;
    private final Thread thread;
    private volatile boolean closed;

    Poller(BareRing ring, RpmsgListener listener) {
      this.ring = ring;
      this.listener = listener;
      thread = Thread.ofPlatform().daemon().name("bare-receive").start(this::run);
    }

    private void run() {
      try {
        while (!closed) {
          if (!ring.poll(listener)) {
            Thread.onSpinWait();
          }
        }
      } catch (Exception failed) {
        throw new IllegalStateException("the listener failed", failed);
      }
    }

    void close() {
      closed = true;
      try {
        thread.join(FULL_NANOS / 1_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
