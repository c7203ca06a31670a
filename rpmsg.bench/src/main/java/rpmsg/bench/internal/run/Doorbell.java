// SPDX-License-Identifier: Apache-2.0
package rpmsg.bench.internal.run;

import java.nio.file.Path;
import java.util.Locale;

/** The doorbells of a shared file that configuration offers. One more is one more constant. */
enum Doorbell {
  /** Both sides look into the memory. */
  POLL(true),
  /** Who waits sleeps on a word of the memory. */
  FUTEX(false),
  /** A byte over a Unix domain socket wakes who waits. */
  UNIX(true);

  /** Whether stacks other than this one have it. */
  final boolean common;

  Doorbell(boolean common) {
    this.common = common;
  }

  /** As in the ids of rows. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The value of the configuration's key {@code doorbell}; files it needs are in {@code folder}.
   */
  String value(Path folder) {
    return this == UNIX ? word() + ":" + folder.resolve("bell") : word();
  }
}
