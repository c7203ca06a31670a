// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.carrier;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.FragmentHandler;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Aeron over its IPC channel: an exclusive publication each way, read in place by a thread that
 * spins. The media driver is in the process of index 0, on one thread that backs off while there is
 * nothing for it, which suits a machine with few processors.
 */
final class AeronCarrier implements Carrier {
  private static final String CHANNEL = "aeron:ipc";
  private static final int STREAM = 1001;
  private static final int FRAGMENTS = 32;

  private final String folder;
  private final MediaDriver driver;
  private final Aeron aeron;
  private final ExclusivePublication out;
  private final Subscription in;

  AeronCarrier(Path folder, int index) {
    this.folder = folder.toString();
    driver = index == 0 ? MediaDriver.launchEmbedded(driver(this.folder)) : null;
    aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(this.folder));
    in = aeron.addSubscription(CHANNEL, STREAM + 1 - index);
    out = aeron.addExclusivePublication(CHANNEL, STREAM + index);
  }

  private static MediaDriver.Context driver(String folder) {
    return new MediaDriver.Context()
        .aeronDirectoryName(folder)
        .dirDeleteOnStart(true)
        .dirDeleteOnShutdown(true)
        .threadingMode(ThreadingMode.SHARED)
        .sharedIdleStrategy(
            new BackoffIdleStrategy(0, 0, 1_000, TimeUnit.MICROSECONDS.toNanos(100)));
  }

  @Override
  public String address() {
    return folder;
  }

  @Override
  public void join() throws Exception {
    Patience.until(
        () -> out.isConnected() && in.isConnected(), "Aeron's other end does not connect");
  }

  @Override
  public Pipe open(int size, Receiver receiver) {
    FragmentHandler handler =
        (buffer, offset, length, header) -> {
          try {
            receiver.onMessage(read(buffer, offset, length));
          } catch (Exception failed) {
            throw new IllegalStateException(failed);
          }
        };
    return new AeronPipe(size, receiver == null ? null : poller(handler));
  }

  @Override
  public Pipe echo(int size) {
    return new AeronPipe(
        size, poller((buffer, offset, length, header) -> offer(buffer, offset, length)));
  }

  private Poller poller(FragmentHandler handler) {
    return new Poller(() -> in.poll(handler, FRAGMENTS) > 0);
  }

  /** As {@link Stamp#read}, by the means of Aeron. */
  private static long read(DirectBuffer buffer, int offset, int length) {
    long first = buffer.getLong(offset, ByteOrder.LITTLE_ENDIAN);
    long differs = 0;
    for (int at = 64; at <= length - Stamp.MIN_SIZE; at += 64) {
      differs |= buffer.getLong(offset + at, ByteOrder.LITTLE_ENDIAN) ^ first;
    }
    return differs == 0 ? first : Stamp.TORN;
  }

  private void offer(DirectBuffer buffer, int offset, int length) {
    if (out.offer(buffer, offset, length) < 0) {
      offerAgain(buffer, offset, length);
    }
  }

  private void offerAgain(DirectBuffer buffer, int offset, int length) {
    try {
      Patience.until(
          () -> {
            long result = out.offer(buffer, offset, length);
            if (result == Publication.CLOSED || result == Publication.NOT_CONNECTED) {
              throw new IllegalStateException(Publication.errorString(result));
            }
            return result > 0;
          },
          "the other process takes nothing");
    } catch (Exception failed) {
      throw new IllegalStateException(failed);
    }
  }

  @Override
  public void close() {
    aeron.close();
    if (driver != null) {
      driver.close();
    }
  }

  private final class AeronPipe implements Pipe {
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(512);
    private final MemorySegment payload = MemorySegment.ofBuffer(bytes);
    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
    private final int size;
    private final Poller poller;

    AeronPipe(int size, Poller poller) {
      this.size = size;
      this.poller = poller;
    }

    @Override
    public void send(long sequence) {
      Stamp.write(payload, 0, size, sequence);
      offer(buffer, 0, size);
    }

    @Override
    public void close() {
      if (poller != null) {
        poller.close();
      }
    }
  }
}
