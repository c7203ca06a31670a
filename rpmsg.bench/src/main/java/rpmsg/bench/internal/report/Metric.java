// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

/** What is measured of a row at one size; of one over which nothing goes, at size 0. */
public enum Metric {
  P50("round trip p50", "us", false),
  P99("round trip p99", "us", false),
  MAX("round trip max", "us", false),
  TO_DEVICE("driver to device", "M/s", true),
  TO_DRIVER("device to driver", "M/s", true),
  SEND_BYTES("allocated/send", "B", false),
  RECEIVE_BYTES("allocated/receive", "B", false),
  ROUND_TRIP_BYTES("allocated/round trip", "B", false),
  DOORBELLS_TO_DEVICE("doorbells/message to device", "", false),
  DOORBELLS_TO_DRIVER("doorbells/message to driver", "", false),
  WOKEN_P50("woken round trip p50", "us", false),
  WOKEN_P99("woken round trip p99", "us", false),
  WOKEN_MAX("woken round trip max", "us", false),
  WOKEN_DOORBELLS("doorbells/round trip", "", false),
  LEAST_TO_DEVICE("least to device", "M/s", true),
  MOST_TO_DEVICE("most", "M/s", true),
  UNEVEN_TO_DEVICE("most / least", "", false),
  LEAST_TO_DRIVER("least to driver", "M/s", true),
  MOST_TO_DRIVER("most", "M/s", true),
  UNEVEN_TO_DRIVER("most / least", "", false),
  IDLE_DRIVER("driver's processor time", "% of a core", false),
  IDLE_DEVICE("device's processor time", "% of a core", false),
  HEAP_DRIVER("driver's heap/transport", "kB", false),
  HEAP_DEVICE("device's heap/transport", "kB", false);

  /** For people. */
  public final String title;

  public final String unit;

  /** Whether more is better. */
  public final boolean moreIsBetter;

  Metric(String title, String unit, boolean moreIsBetter) {
    this.title = title;
    this.unit = unit;
    this.moreIsBetter = moreIsBetter;
  }
}
