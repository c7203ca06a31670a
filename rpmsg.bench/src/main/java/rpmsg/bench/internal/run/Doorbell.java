// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.nio.file.Path;

/** The doorbells of a shared file that configuration offers. One more is one more constant. */
enum Doorbell {
  POLL("both sides look into the memory"),
  UNIX("a byte over a Unix domain socket wakes a side that sleeps");

  final String says;

  Doorbell(String says) {
    this.says = says;
  }

  /** As in the ids of rows. */
  String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * The value of the configuration's key {@code doorbell}; files it needs are in {@code folder}.
   */
  String value(Path folder) {
    return this == POLL ? "poll" : word() + ":" + folder.resolve("bell");
  }
}
