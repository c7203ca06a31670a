// SPDX-License-Identifier: Apache-2.0
package rpmsg.virtio.bench;

import java.lang.foreign.Arena;
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
import rpmsg.virtio.ring.DeviceVirtqueue;
import rpmsg.virtio.ring.DriverVirtqueue;
import rpmsg.virtio.ring.VirtqueueConfig;
import rpmsg.virtio.ring.VringLayout;

/** One buffer around a virtqueue: added, taken, used and taken back, both sides on one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class VirtqueuePairBenchmark {
  private static final int NUM = 256;
  private static final int ALIGN = 4096;
  private static final int LENGTH = 512;

  /** Whether notifications are asked for by index. */
  @Param({"false", "true"})
  boolean eventIdx;

  private DriverVirtqueue driver;
  private DeviceVirtqueue device;

  @Setup(Level.Trial)
  public void layOut() {
    VringLayout layout = VringLayout.of(NUM, ALIGN);
    VirtqueueConfig config =
        new VirtqueueConfig(
            Arena.ofAuto().allocate(layout.size(), ALIGN),
            0,
            layout,
            ByteOrder.LITTLE_ENDIAN,
            eventIdx);
    driver = config.driver();
    device = config.device();
  }

  @Benchmark
  public int addAndNext() {
    driver.add(LENGTH, LENGTH, 0);
    driver.publishAvail();
    int id = device.nextAvail();
    device.addUsed(id, device.length());
    device.publishUsed();
    return driver.nextUsed();
  }

  @Benchmark
  public boolean addAndNextWithNotifications() {
    driver.add(LENGTH, LENGTH, 0);
    driver.publishAvail();
    boolean kick = driver.kickNeeded();
    int id = device.nextAvail();
    device.addUsed(id, device.length());
    device.publishUsed();
    boolean interrupt = device.interruptNeeded();
    driver.nextUsed();
    return kick ^ interrupt;
  }
}
