// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import rpmsg.bench.internal.report.Metric;

/** Where a flood goes, and what its figures are called. */
enum Direction {
  TO_DEVICE(
      Metric.TO_DEVICE,
      Metric.DOORBELLS_TO_DEVICE,
      Metric.LEAST_TO_DEVICE,
      Metric.MOST_TO_DEVICE,
      Metric.UNEVEN_TO_DEVICE),
  TO_DRIVER(
      Metric.TO_DRIVER,
      Metric.DOORBELLS_TO_DRIVER,
      Metric.LEAST_TO_DRIVER,
      Metric.MOST_TO_DRIVER,
      Metric.UNEVEN_TO_DRIVER);

  final Metric rate;
  final Metric doorbells;
  final Metric least;
  final Metric most;
  final Metric uneven;

  Direction(Metric rate, Metric doorbells, Metric least, Metric most, Metric uneven) {
    this.rate = rate;
    this.doorbells = doorbells;
    this.least = least;
    this.most = most;
    this.uneven = uneven;
  }
}
