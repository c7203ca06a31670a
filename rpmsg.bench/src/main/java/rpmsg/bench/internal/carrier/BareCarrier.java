// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Two bare rings in a file, and a thread that polls one of them. */
final class BareCarrier implements Carrier {
  private final Arena arena = Arena.ofShared();
  private final Path file;
  private final MemorySegment out;
  private final MemorySegment in;

  BareCarrier(Path file, int index) throws IOException {
    this.file = file;
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, 2L * BareRing.BYTES, arena);
      out = memory.asSlice(index * (long) BareRing.BYTES, BareRing.BYTES);
      in = memory.asSlice((1 - index) * (long) BareRing.BYTES, BareRing.BYTES);
    }
  }

  @Override
  public String address() {
    return file.toString();
  }

  @Override
  public void join() {}

  @Override
  public Pipe open(int size, Receiver receiver) {
    BareRing.Taker taker =
        receiver == null ? null : (copy, length) -> receiver.onMessage(Stamp.read(copy, 0, length));
    return new RingPipe(size, BareRing.producer(out), poller(taker));
  }

  @Override
  public Pipe echo(int size) {
    BareRing producer = BareRing.producer(out);
    return new RingPipe(size, producer, poller((copy, length) -> offer(producer, copy, length)));
  }

  private Poller poller(BareRing.Taker taker) {
    if (taker == null) {
      return null;
    }
    BareRing consumer = BareRing.consumer(in);
    return new Poller(() -> consumer.poll(taker));
  }

  private static void offer(BareRing ring, MemorySegment payload, int size) throws Exception {
    if (!ring.offer(payload, size)) {
      Patience.until(() -> ring.offer(payload, size), "the other process takes nothing");
    }
  }

  @Override
  public void close() {
    arena.close();
  }

  private static final class RingPipe implements Pipe {
    private final MemorySegment payload = Arena.ofAuto().allocate(512, 64);
    private final int size;
    private final BareRing ring;
    private final Poller poller;

    RingPipe(int size, BareRing ring, Poller poller) {
      this.size = size;
      this.ring = ring;
      this.poller = poller;
    }

    @Override
    public void send(long sequence) throws Exception {
      Stamp.write(payload, 0, size, sequence);
      offer(ring, payload, size);
    }

    @Override
    public void close() {
      if (poller != null) {
        poller.close();
      }
    }
  }
}
