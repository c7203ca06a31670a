// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import rpmsg.core.spi.NameServiceMessage;
import rpmsg.virtio.internal.wire.RpmsgHeader;

/** A header written and read, and an announcement taken apart. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class WireBenchmark {
  /** As on the wire; big-endian is swapped on most machines. */
  @Param({"LITTLE_ENDIAN", "BIG_ENDIAN"})
  String order;

  private final MemorySegment buffer = Arena.ofAuto().allocate(512, 64);
  private RpmsgHeader header;
  private ByteOrder byteOrder;
  private byte[] announcement;
  private int src;

  @Setup(Level.Trial)
  public void encode() {
    byteOrder = order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    header = new RpmsgHeader(byteOrder);
    announcement = new NameServiceMessage("rpmsg-client-sample", 0x400, false).encode(byteOrder);
  }

  @Benchmark
  public int headerThereAndBack() {
    header.write(buffer, ++src, 0x400, 496);
    return header.src(buffer) + header.dst(buffer) + header.length(buffer);
  }

  @Benchmark
  public NameServiceMessage decodeAnnouncement() {
    return NameServiceMessage.decode(announcement, byteOrder);
  }
}
