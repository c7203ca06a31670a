// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.util.Arrays;

/**
 * The values of one figure, one per round; NaN in a round that has none.
 *
 * @param values in the order of the rounds
 */
public record Series(double... values) {
  /** No value at all. */
  public static final Series NONE = new Series();

  /** NaN where there is no value. */
  public double median() {
    double[] sorted = present();
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  public double min() {
    return Arrays.stream(present()).min().orElse(Double.NaN);
  }

  public double max() {
    return Arrays.stream(present()).max().orElse(Double.NaN);
  }

  public boolean isEmpty() {
    return present().length == 0;
  }

  /** Quotients of the same rounds. */
  public Series over(Series other) {
    int rounds = Math.min(values.length, other.values.length);
    double[] quotients = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      quotients[i] = values[i] / other.values[i];
    }
    return new Series(quotients);
  }

  private double[] present() {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
  }
}
