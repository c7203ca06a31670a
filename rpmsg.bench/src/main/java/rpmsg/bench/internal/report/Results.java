// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All figures of a run. Rows keep their order, sizes that in which they came. */
public final class Results {
  private record Key(String row, int size, Metric metric) {}

  private final List<String> rows;
  private final Set<Integer> sizes = new LinkedHashSet<>();
  private final Map<Key, double[]> values = new LinkedHashMap<>();
  private final int rounds;

  public Results(List<String> rows, int rounds) {
    this.rows = List.copyOf(rows);
    this.rounds = rounds;
  }

  /** Notes what was measured in one round. */
  public void add(int round, String row, int size, Map<Metric, Double> figures) {
    sizes.add(size);
    figures.forEach((metric, value) -> of(new Key(row, size, metric))[round] = value);
  }

  private double[] of(Key key) {
    return values.computeIfAbsent(
        key,
        k -> {
          double[] none = new double[rounds];
          Arrays.fill(none, Double.NaN);
          return none;
        });
  }

  public List<String> rows() {
    return rows;
  }

  /** The rows of which one of these was measured at that size. */
  List<String> rows(int size, List<Metric> metrics) {
    return rows.stream()
        .filter(row -> metrics.stream().anyMatch(metric -> !series(row, size, metric).isEmpty()))
        .toList();
  }

  public List<Integer> sizes() {
    return List.copyOf(sizes);
  }

  /** The values, or {@link Series#NONE}. */
  public Series series(String row, int size, Metric metric) {
    double[] found = values.get(new Key(row, size, metric));
    return found == null ? Series.NONE : new Series(found);
  }

  /** How many times worse than another row, round by round; less than 1 is better. */
  public Series worse(String row, String reference, int size, Metric metric) {
    Series own = series(row, size, metric);
    Series other = series(reference, size, metric);
    return metric.moreIsBetter ? other.over(own) : own.over(other);
  }
}
