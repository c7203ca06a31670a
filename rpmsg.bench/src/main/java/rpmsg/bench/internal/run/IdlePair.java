// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import rpmsg.bench.internal.report.Metric;

/** Two containers with many links, over which nothing goes: what they cost by being there. */
final class IdlePair extends NodesPair {
  /** How much longer than other measurements they are left alone first: idle is who is warm. */
  private static final int SETTLING = 16;

  private double driverHeap;
  private double deviceHeap;

  IdlePair(Row row, Setup setup) throws IOException {
    super(row, setup);
  }

  /** What a container takes that has had a link belongs to none of those that are measured. */
  @Override
  public void open() throws BenchException {
    nodes.open(1);
    nodes.shut();
    driverHeap = heap(nodes.driver());
    deviceHeap = heap(nodes.device());
    super.open();
  }

  private static double heap(NodeProcess node) throws BenchException {
    return node.ask("heap").number("heap");
  }

  @Override
  public Map<Metric, Double> measure(int size, Timing timing) throws BenchException {
    Map<Metric, Double> figures = Pair.figures();
    figures.put(Metric.HEAP_DRIVER, (heap(nodes.driver()) - driverHeap) / row.links() / 1e3);
    figures.put(Metric.HEAP_DEVICE, (heap(nodes.device()) - deviceHeap) / row.links() / 1e3);
    pass(SETTLING * timing.nanos());
    long start = System.nanoTime();
    ProcessorTime driver = nodes.driver().processorTime();
    ProcessorTime device = nodes.device().processorTime();
    pass(LONGER * timing.nanos());
    double percent = 100.0 / (System.nanoTime() - start);
    figures.put(Metric.IDLE_DRIVER, percent * nodes.driver().processorTime().since(driver));
    figures.put(Metric.IDLE_DEVICE, percent * nodes.device().processorTime().since(device));
    return figures;
  }

  /** There is no condition to wait for: time is what is measured. */
  private static void pass(long nanos) throws BenchException {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted");
    }
  }
}
