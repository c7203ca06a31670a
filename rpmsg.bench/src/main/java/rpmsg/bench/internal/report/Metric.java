// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.report;

/** What is measured of a row at one size. */
public enum Metric {
  P50("round trip p50", "us", false),
  P99("round trip p99", "us", false),
  MAX("round trip max", "us", false),
  TO_DEVICE("driver to device", "M/s", true),
  TO_DRIVER("device to driver", "M/s", true),
  SEND_BYTES("allocated per message sent", "B", false),
  RECEIVE_BYTES("allocated per message received", "B", false),
  ROUND_TRIP_BYTES("allocated per round trip", "B", false),
  DOORBELLS_TO_DEVICE("doorbells per message, to device", "", false),
  DOORBELLS_TO_DRIVER("doorbells per message, to driver", "", false);

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
